// Canonical JSON and base32.
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { base32, canonicalJson, sha256 } from "./hash.ts";

const check = (value: unknown, expected: string) => expect(canonicalJson(value)).toBe(expected);

test("keys are sorted at every depth", () =>
  check({ b: { d: 1, c: [{ f: 2, e: 3 }] }, a: null }, '{"a":null,"b":{"c":[{"e":3,"f":2}],"d":1}}'));
test("what JSON leaves out is left out", () => check({ a: undefined, b: [undefined, () => 1] }, '{"b":[null,null]}'));
test("dates are written as JSON writes them", () => check({ at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'));
test("keys that look like numbers are sorted as text", () => check({ 9: 1, 10: 2 }, '{"10":2,"9":1}'));
test("it reads back as the same value", () => {
  const value = { 日本: ["語", 1.5, true, null], "": { "\n": "\u2028" } };
  expect(JSON.parse(canonicalJson(value))).toEqual(value);
});
test("base32 of SHA-256 is 52 lower-case characters", () => {
  expect(sha256("a")).toMatch(/^[a-z2-7]{52}$/);
  expect(base32(createHash("sha256").update("a").digest())).toBe(sha256("a"));
  expect(base32(Buffer.from("foobar"))).toBe("mzxw6ytboi");
});
