import { expect, test } from "vitest";
import { render } from "../../text/catalogue.ts";
import { isGood, stepCounts, summaryOf } from "./step-summary.ts";

interface Case {
  named: string;
  tests?: string;
  /** `node:status`, of what this command had to do. */
  ran?: string;
  /** What other commands had to do. */
  others?: string;
  /** `test:status` known from before. */
  known?: string;
}

/** The line in both languages, and whether the step is good. */
function check(
  { named, tests = "", ran = "", others = "", known = "" }: Case,
  en: string,
  ja: string,
  good = true,
): void {
  const words = (text: string) => text.split(" ").filter(Boolean);
  const rows = words(ran).map((word) => ({ uniqueId: word.split(":")[0]!, status: word.split(":")[1]! }));
  const pass = {
    nodes: rows.map((row) => row.uniqueId).filter((id) => !id.startsWith("t")),
    tests: rows.map((row) => row.uniqueId).filter((id) => id.startsWith("t")),
  };
  const todo = { nodes: [...pass.nodes, ...words(others)], tests: pass.tests };
  const counts = stepCounts({
    named: { nodes: new Set(words(named)), tests: new Set(words(tests)) },
    pass,
    rows: rows.filter((row) => row.status !== "not_tried"),
    todo,
    known: new Map(words(known).map((word) => [word.split(":")[0]!, word.split(":")[1] as "pass" | "warn"])),
  });
  expect([render(summaryOf(counts), "en"), render(summaryOf(counts), "ja"), isGood(counts)]).toEqual([en, ja, good]);
}

test("all the same", () => check({ named: "a b" }, "2 same", "2件は同じ"));
test("built and reused", () =>
  check({ named: "a b c", ran: "a:success" }, "1 built, 2 reused", "1件をビルド、2件を再利用"));
test("what another command builds is not counted twice", () =>
  check({ named: "a b", ran: "a:success", others: "b" }, "1 built", "1件をビルド"));
test("what comes along", () => check({ named: "a", ran: "a:success up:success" }, "2 built", "2件をビルド"));
test("failed and skipped", () =>
  check(
    { named: "a b c", ran: "a:error b:skipped c:not_tried" },
    "1 failed, 2 skipped",
    "1件が失敗、2件をスキップ",
    false,
  ));
test("tests", () =>
  check(
    { named: "", tests: "t1 t2 t3 t4", ran: "t1:pass t2:warn t3:success", known: "t4:pass" },
    "3 pass, 1 warning",
    "合格 3、警告 1",
  ));
test("results known from before", () =>
  check({ named: "", tests: "t1 t2", known: "t1:pass t2:warn" }, "1 pass, 1 warning", "合格 1、警告 1"));
test("a test of what is left out has not passed", () =>
  check(
    { named: "", tests: "t1 t2", ran: "t1:pass" },
    "1 pass, 1 test not run: what they test is left out",
    "合格 1、テスト 1件は実行せず (対象が含まれていません)",
  ));
test("a test that fails, one that cannot run", () =>
  check({ named: "", tests: "t1 t2", ran: "t1:fail t2:error" }, "2 fail", "不合格 2", false));
test("a test that is skipped", () =>
  check({ named: "", tests: "t1", ran: "t1:skipped" }, "1 test skipped", "テスト 1件をスキップ", false));
test("nothing named", () => check({ named: "" }, "nothing to do", "対象なし"));
