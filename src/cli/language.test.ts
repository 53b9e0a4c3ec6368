import { expect, test } from "vitest";
import { chooseLanguage, langOption, wantsColour, wantsUnicode } from "./language.ts";

const check = (env: Record<string, string>, expected: string, option: string | null = null) =>
  expect(chooseLanguage(option, env)).toBe(expected);

test("nothing says anything", () => check({}, "en"));
test("LANG", () => check({ LANG: "ja_JP.UTF-8" }, "ja"));
test("LC_ALL wins over LANG", () => check({ LC_ALL: "C", LANG: "ja_JP.UTF-8" }, "en"));
test("an empty LC_ALL does not count", () => check({ LC_ALL: "", LC_MESSAGES: "ja_JP", LANG: "en_US" }, "ja"));
test("SLIPWAY_LANG wins over locales", () => check({ SLIPWAY_LANG: "en", LANG: "ja" }, "en"));
test("a wrong SLIPWAY_LANG does not count", () => check({ SLIPWAY_LANG: "fr", LANG: "ja" }, "ja"));
test("the option wins", () => check({ SLIPWAY_LANG: "en" }, "ja", "ja"));
test("Javanese is not Japanese", () => check({ LANG: "jav_ID" }, "en"));
test("the option is found before arguments are parsed", () => {
  expect(
    ["plan --lang ja", "--lang=ja plan", "plan -- --lang ja", "plan"].map((line) => langOption(line.split(" "))),
  ).toEqual(["ja", "ja", null, null]);
});
test("colours", () => {
  expect(wantsColour(true, true, {})).toBe(true);
  expect([
    wantsColour(false, true, {}),
    wantsColour(true, false, {}),
    wantsColour(true, true, { NO_COLOR: "1" }),
  ]).toEqual([false, false, false]);
  expect(wantsColour(true, true, { TERM: "dumb" })).toBe(false);
  expect([wantsColour(false, true, { FORCE_COLOR: "1" }), wantsColour(false, true, { FORCE_COLOR: "0" })]).toEqual([
    true,
    false,
  ]);
  expect(wantsColour(true, true, { FORCE_COLOR: "1", NO_COLOR: "1" })).toBe(false);
});
test("marks need UTF-8 unless the locale says otherwise", () => {
  expect(
    [{}, { LANG: "ja_JP.UTF-8" }, { LANG: "ja_JP.eucJP" }, { LC_ALL: "en_US.utf8" }].map((env) => wantsUnicode(env)),
  ).toEqual([true, true, false, true]);
});
