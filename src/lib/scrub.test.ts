import { expect, test } from "vitest";
import { makeScrubber } from "./scrub.ts";

const check = (values: string[], text: string, expected: string) => expect(makeScrubber(values)(text)).toBe(expected);

test("the value itself, wherever it stands", () => check(["hunter22"], "a hunter22 b hunter22", "a ***** b *****"));
test("the longer of two that begin alike", () => check(["abcd", "abcdefgh"], "abcdefgh abcd", "***** *****"));
test("special characters are no pattern", () => check(["a.c$(x)"], "a.c$(x) abc$(x)", "***** abc$(x)"));
test("percent-encoded", () => check(["pä ss/wörd"], "u=p%C3%A4%20ss%2Fw%C3%B6rd&", "u=*****&"));
test("form-encoded", () => check(["pa ss&w"], "x=pa+ss%26w", "x=*****"));
test("as JSON writes it", () => check(['a"b\nc'], '{"x":"a\\"b\\nc"}', '{"x":"*****"}'));
test("as Python writes JSON, also of SQL", () => {
  check(["wö'rd語😀"], String.raw`"w\u00f6'rd\u8a9e\ud83d\ude00"`, '"*****"');
  check(["wö'rd語"], String.raw`"select 'w\u00f6''rd\u8a9e'"`, `"select '*****'"`);
});
test("as SQL writes it", () => check(["it's me"], "select 'it''s me'", "select '*****'"));
test.each(["", "u", "us", "user:", "user@x:"])("base64 behind '%s'", (before) => {
  const encoded = Buffer.from(`${before}correct horse battery:x`).toString("base64");
  const scrubbed = makeScrubber(["correct horse battery"])(`Basic ${encoded}`);
  expect(scrubbed).toContain("*****");
  expect(Buffer.from(scrubbed.slice(6), "base64").toString()).not.toContain("horse");
});
test("base64 for addresses", () => check(["~~~???>>>oks"], Buffer.from("~~~???>>>oks").toString("base64url"), "*****"));
test("each line of a key", () => {
  const key = "-----BEGIN X-----\nMIIEvQIBADANBgkq\n-----END X-----\n";
  check([key], "read MIIEvQIBADANBgkq from", "read ***** from");
});
test("a value of three letters stays: it would take other words along", () => check(["abc"], "abc", "abc"));
test("nothing known: passwords in addresses all the same", () =>
  check([], "postgres://aoi:p4ss@db/x and http://h/a:b", "postgres://aoi:*****@db/x and http://h/a:b"));
test("a million characters in no time", () => {
  const text = "select 1 from x;\n".repeat(60_000);
  check(
    Array.from({ length: 20 }, (_, i) => `secret-value-${i}`),
    text,
    text,
  );
});
