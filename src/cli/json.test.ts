import { expect, test } from "vitest";
import { AppError } from "../lib/error.ts";
import { say } from "../text/catalogue.ts";
import { errorEnvelope, toJson } from "./json.ts";

test("keys become snake_case, values never change", () => {
  expect(
    toJson({ switchMs: 12, planId: "p7X2", inner: [{ reusedFrom: null, at: new Date(0) }], gone: undefined }, "en"),
  ).toEqual({
    switch_ms: 12,
    plan_id: "p7X2",
    inner: [{ reused_from: null, at: "1970-01-01T00:00:00.000Z" }],
  });
});
test("texts become words of the language", () => {
  expect([toJson([say("config.empty")], "en"), toJson({ why: say("config.empty") }, "ja")]).toEqual([
    ["slipway.yml is empty"],
    { why: "slipway.yml が空です" },
  ]);
});
test("an error with its place, its hint, what is unchanged, and further problems", () => {
  const error = new AppError("locked", say("cli.answer_no"), {
    where: { file: "a.sql", line: 3 },
    hint: say("cli.answer_no"),
    facts: [{ label: "done", text: say("config.empty") }],
    problems: [{ code: "x", severity: "warning", message: say("config.empty"), node: "model.a.b" }],
  });
  const envelope = errorEnvelope(error, { version: "1", schema: "deploy/1", exit: 4, lang: "en" });
  expect(envelope).toMatchObject({
    ok: false,
    code: "locked",
    exit: 4,
    data: null,
    problems: [
      { code: "locked", where: { file: "a.sql", line: 3 }, facts: [{ label: "done", text: "slipway.yml is empty" }] },
      { code: "x", severity: "warning", message: "slipway.yml is empty", node: "model.a.b" },
    ],
  });
});
test("a single problem is not told twice", () => {
  const text = say("config.empty");
  const error = new AppError("invalid", text, { problems: [{ code: "empty", severity: "error", message: text }] });
  expect(errorEnvelope(error, { version: "1", schema: "plan/1", exit: 2, lang: "en" }).problems).toHaveLength(1);
});
