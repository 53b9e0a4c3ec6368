// Redaction by path.
import { expect, test } from "vitest";
import { redact } from "./redact.ts";

test("a secret at the top and one inside a list are gone, the rest stays", () => {
  const value = { user: "aoi", password: "p", secrets: [{ type: "s3", secret: "k" }] };
  expect(redact(value, ["password", "secrets.0.secret"])).toEqual({
    user: "aoi",
    password: "***",
    secrets: [{ type: "s3", secret: "***" }],
  });
});
