import { expect, test } from "vitest";
import { makeScrubber, scrubJson } from "./scrub.ts";

const check = (values: string[], text: string, expected: string) => expect(makeScrubber(values)(text)).toBe(expected);

test("the value itself, wherever it stands", () => check(["hunter22"], "a hunter22 b hunter22", "a ***** b *****"));
test("the longer of two that begin alike", () => check(["abcd", "abcdefgh"], "abcdefgh abcd", "***** *****"));
test("special characters are no pattern", () => check(["a.c$(x)"], "a.c$(x) abc$(x)", "***** abc$(x)"));
test("percent-encoded", () => check(["pä ss/wörd"], "u=p%C3%A4%20ss%2Fw%C3%B6rd&", "u=*****&"));
test("percent-encoded by others", () => {
  const value = "a/b(c)'d&é";
  for (const form of ["a/b%28c%29%27d%26%C3%A9", "a%2Fb%28c%29%27d%26%C3%A9", "a%2fb(c)'d%26%c3%a9"])
    check([value], `x=${form};`, "x=*****;");
});
test("as HTML writes it, and JSON within JSON", () => {
  check([`a<'b"&c`], "<p>a&lt;&#x27;b&quot;&amp;c a&lt;&#39;b&quot;&amp;c</p>", "<p>***** *****</p>");
  check(
    ['pass"w\\d'],
    JSON.stringify({ log: JSON.stringify({ x: 'pass"w\\d' }) }),
    String.raw`{"log":"{\"x\":\"*****\"}"}`,
  );
});
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
test("a token in the place of a name, as in addresses of Git", () =>
  check(
    [],
    "fatal: 'https://ghp_0123456789abcdefghijklmnopqrstuvwxyz@github.com/o/r' and ssh://git@h/r, https://aoi.tanaka@h/r",
    "fatal: 'https://*****@github.com/o/r' and ssh://git@h/r, https://aoi.tanaka@h/r",
  ));
test("a million characters in no time", () => {
  const text = "select 1 from x;\n".repeat(60_000);
  check(
    Array.from({ length: 20 }, (_, i) => `secret-value-${i}`),
    text,
    text,
  );
});

test("JSON stays JSON, though a secret be digits or an address stand before an @", () => {
  const json = (values: string[], value: unknown) => JSON.parse(scrubJson(JSON.stringify(value), makeScrubber(values)));
  expect(json(["2026"], { ms: 0.2026, at: "y2026", 2026: 1 })).toEqual({ ms: 0.2026, at: "y*****", 2026: 1 });
  expect(json(["s3cr3t"], { ms: 2026, s3cr3t: "s3cr3t" })).toEqual({ ms: 2026, "*****": "*****" });
  expect(json([], { url: "http://h:80", mail: "a@b" })).toEqual({ url: "http://h:80", mail: "a@b" });
  expect(scrubJson("no JSON 2026", makeScrubber(["2026"]))).toBe("no JSON *****");
});
