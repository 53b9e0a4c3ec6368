import { expect, test } from "vitest";
import { answerLines } from "./sql-lines.ts";

const column = (name: string, kind: "number" | "text" | "json" | "boolean" = "text") => ({ name, kind });
const check = (
  format: "csv" | "json",
  columns: ReturnType<typeof column>[],
  rows: (string | null)[][],
  lines: string[],
) => expect([...answerLines(format, [{ columns, rows }])]).toEqual(lines);

test("csv", () =>
  check(
    "csv",
    [column("a"), column('say "b"')],
    [
      ["1,5", null],
      ["", "注文\n二行"],
    ],
    ['a,"say ""b"""', '"1,5",', '"","注文\n二行"'],
  ));
test("json", () =>
  check(
    "json",
    [column("n", "number"), column("big", "number"), column("j", "json"), column("ok", "boolean"), column("t")],
    [
      ["1.50", "9007199254740993", '{"a":[1]}', "t", null],
      ["NaN", "12", null, "f", "x"],
    ],
    [
      '[{"n":1.5,"big":"9007199254740993","j":{"a":[1]},"ok":true,"t":null},',
      ' {"n":"NaN","big":12,"j":null,"ok":false,"t":"x"}]',
    ],
  ));
test("json without rows", () => check("json", [column("a")], [], ["[]"]));
test("a table is drawn elsewhere", () => expect([...answerLines("table", [])]).toEqual([]));
