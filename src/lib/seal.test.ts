import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { KEY_BYTES, keyedDigest, keyId, seal, unseal } from "./seal.ts";

const key = randomBytes(KEY_BYTES);
const other = randomBytes(KEY_BYTES);
const context = ["shop", "api_key"];

test.each(["p", "", "パスワード 'x'\n-----END KEY-----\n", "a".repeat(60_000)])("it opens again (%#)", (text) =>
  expect(unseal(key, context, seal(key, context, text))).toBe(text),
);
test("two seals of one text are not alike", () => expect(seal(key, context, "p")).not.toBe(seal(key, context, "p")));
test("the text is not inside", () =>
  expect(Buffer.from(seal(key, context, "hunter22"), "base64").includes("hunter22")).toBe(false));
test("another key does not open it", () => expect(unseal(other, context, seal(key, context, "p"))).toBeNull());
test.each([[["other", "api_key"]], [["shop", "api_key2"]], [["shop"]], [["shopapi_key"]], [["sho", "papi_key"]]])(
  "another context does not open it: %s",
  (wrong) => expect(unseal(key, wrong, seal(key, context, "p"))).toBeNull(),
);
test("no single changed bit is accepted", () => {
  const sealed = Buffer.from(seal(key, context, "hunter22"), "base64");
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = Buffer.from(sealed);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    expect(unseal(key, context, changed.toString("base64"))).toBeNull();
  }
});
test.each(["", "AAAA", "%%%"])("what is no seal is not opened: '%s'", (text) =>
  expect(unseal(key, context, text)).toBeNull(),
);
test("a key's name is short, its own, and not the key", () => {
  expect(keyId(key)).toMatch(/^[a-z2-7]{8}$/);
  expect(keyId(key)).not.toBe(keyId(other));
});
test("digests: equal for equal texts under one key and context only", () => {
  const digest = keyedDigest(key, ["shop"], "p");
  expect(keyedDigest(key, ["shop"], "p")).toBe(digest);
  const others = [keyedDigest(key, ["shop"], "q"), keyedDigest(key, ["x"], "p"), keyedDigest(other, ["shop"], "p")];
  expect(others).not.toContain(digest);
});
