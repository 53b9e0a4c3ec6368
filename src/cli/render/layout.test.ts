import { expect, test } from "vitest";
import { cleaned } from "./clean.ts";
import { cut, ends, pad, table, width, wrap } from "./layout.ts";

test("width in columns", () =>
  expect(["abc", "売上", "é", "👩‍👩‍👧", "\u001b[31mred\u001b[39m"].map(width)).toEqual([3, 4, 1, 2, 3]));
test("cut by grapheme, never through one", () => {
  expect(cut("revenue_daily", 10)).toBe("revenue_..");
  expect(cut("売上日別集計", 9)).toBe("売上日..");
  expect(cut("が".normalize("NFD").repeat(4), 6)).toBe(`${"が".normalize("NFD").repeat(2)}..`);
  expect(cut("abc", 3)).toBe("abc");
  expect(cut("abcdef", 1)).toBe(".");
});
test("pad by columns", () => expect(pad("売上", 6)).toBe("売上  "));
test("two ends", () => expect(ends("ビルド", "9 秒", 14)).toBe("ビルド    9 秒"));
test("the left end is too long", () => expect(ends("abcdef", "1 s", 5)).toBe("abcdef 1 s"));
test("wrap at blanks", () => expect(wrap("one two three", 8, "  ")).toEqual(["one two", "  three"]));
test("a word that is too long is kept whole", () =>
  expect(wrap("a/very/long/path b", 6)).toEqual(["a/very/long/path", "b"]));
test("a number stays with its unit", () => expect(wrap("it took 12 ms", 11)).toEqual(["it took", "12 ms"]));
test("Japanese breaks where phrases begin, never before 。", () => {
  expect(wrap("検証してから公開します。", 13)).toEqual(["検証してから", "公開します。"]);
  expect(wrap("検証を終えた。次に公開", 14)).toEqual(["検証を終えた。", "次に公開"]);
});
test("indentation is kept", () => expect(wrap("    a b", 20)).toEqual(["    a b"]));
test("a table gives way in its flexible column", () => {
  expect(
    table(
      [{ head: "ID" }, { head: "MESSAGE", flexible: true }, { head: "N", align: "right" }],
      [
        ["1", "a long message", "10"],
        ["2", "runs over the rest"],
      ],
      16,
    ),
  ).toEqual(["ID  MESSAGE    N", "1   a long..  10", "2   runs over ..".slice(0, 16)]);
});
test("foreign text cannot steer the terminal", () => {
  const view = { subject: "a\u001b[2Jb\u0007\u202ec", at: new Date(0), list: [{ message: "x\n\ty\u009b31m" }] };
  expect(cleaned(view)).toEqual({ subject: "ab  c", at: new Date(0), list: [{ message: "x\n  y" }] });
});
