// Texts of a job's run: what its steps came to, and how it ended.
import { defineTexts } from "./define.ts";
import { duration } from "./format.ts";
import { count } from "./words.ts";

interface StepCounts {
  built: number;
  reused: number;
  failed: number;
  skipped: number;
  passed: number;
  warned: number;
  testsFailed: number;
  testsSkipped: number;
  testsLeft: number;
}

/** What a run leaves out: how many of each kind, and the names of some. */
interface LeftOut {
  commit: string;
  kinds: { kind: string; names: string[]; more: number }[];
}

const KINDS_JA: Record<string, string> = { seed: "シード", model: "モデル", snapshot: "スナップショット" };

type Words = (n: number) => string;

/** Only what there is, in an order that never changes. */
const parts = (pairs: [number, Words][], comma: string): string =>
  pairs
    .filter(([n]) => n > 0)
    .map(([n, words]) => words(n))
    .join(comma);

export const jobRun = defineTexts({
  "job.step_counts": {
    en: (p: StepCounts) =>
      parts(
        [
          [p.built, (n) => `${n} built`],
          [p.reused, (n) => `${n} ${p.built + p.failed > 0 ? "reused" : "same"}`],
          [p.failed, (n) => `${n} failed`],
          [p.skipped, (n) => `${n} skipped`],
          [p.passed, (n) => `${n} pass`],
          [p.warned, (n) => count(n, "warning")],
          [p.testsFailed, (n) => `${n} fail`],
          [p.testsSkipped, (n) => `${count(n, "test")} skipped`],
          [p.testsLeft, (n) => `${count(n, "test")} not run: what they test is left out`],
        ],
        ", ",
      ) || "nothing to do",
    ja: (p) =>
      parts(
        [
          [p.built, (n) => `${n}件をビルド`],
          [p.reused, (n) => (p.built + p.failed > 0 ? `${n}件を再利用` : `${n}件は同じ`)],
          [p.failed, (n) => `${n}件が失敗`],
          [p.skipped, (n) => `${n}件をスキップ`],
          [p.passed, (n) => `合格 ${n}`],
          [p.warned, (n) => `警告 ${n}`],
          [p.testsFailed, (n) => `不合格 ${n}`],
          [p.testsSkipped, (n) => `テスト ${n}件をスキップ`],
          [p.testsLeft, (n) => `テスト ${n}件は実行せず (対象が含まれていません)`],
        ],
        "、",
      ) || "対象なし",
  },
  "job.parsed_left_out": {
    en: (p: LeftOut) =>
      `commit ${p.commit} parsed; left out, for no command names them: ${p.kinds
        .map(({ kind, names, more }) => `${kind} ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`)
        .join("; ")}`,
    ja: (p) =>
      `コミット ${p.commit} を解析。どのコマンドも指定していないため公開されません: ${p.kinds
        .map(
          ({ kind, names, more }) => `${KINDS_JA[kind] ?? kind} ${names.join(", ")}${more > 0 ? ` ほか${more}件` : ""}`,
        )
        .join("、")}`,
  },
  "job.help_dbt": {
    en: (_: object) => "run dbt commands as one transaction",
    ja: () => "dbt コマンドを 1つのトランザクションとして実行",
  },
  "job.opt_commit": {
    en: (_: object) => "branch, tag or hash (default: what is live)",
    ja: () => "ブランチ、タグ、ハッシュ (既定: 公開中のもの)",
  },
  "job.after_dashes": {
    en: (_: object) => "options of dbt stand after `--`:  slipway dbt prod -- run --select orders",
    ja: () => "dbt のオプションは `--` の後に書いてください:  slipway dbt prod -- run --select orders",
  },
  "job.arg_command": {
    en: (_: object) => "after `--`: a dbt command with its options; further ones after --then",
    ja: () => "`--` の後に dbt コマンドとオプション。続くコマンドは --then の後に書きます",
  },
  "job.ex_dbt": {
    en: (_: object) => "build and test some models, publish them together",
    ja: () => "一部のモデルをビルドしてテストし、まとめて公開",
  },
  "job.ex_dbt_show": { en: (_: object) => "look at some rows", ja: () => "行を確認" },
  "job.step_ready": {
    en: (p: { kind: string }) => READY[p.kind]?.en ?? "",
    ja: (p) => READY[p.kind]?.ja ?? "",
  },
  "job.step_freshness": {
    en: (p: { fresh: number; stale: number; unknown: number }) =>
      parts(
        [
          [p.fresh, (n) => `${n} fresh`],
          [p.stale, (n) => `${n} stale`],
          [p.unknown, (n) => `${n} unknown`],
        ],
        ", ",
      ),
    ja: (p) =>
      parts(
        [
          [p.fresh, (n) => `最新 ${n}`],
          [p.stale, (n) => `鮮度切れ ${n}`],
          [p.unknown, (n) => `不明 ${n}`],
        ],
        "、",
      ),
  },
  "job.no_freshness": {
    en: (_: object) => "no source has a freshness rule",
    ja: () => "鮮度のルールがあるソースはありません",
  },
  "job.step_failed": { en: (p: { message: string }) => p.message, ja: (p) => p.message },
  "job.step_operation": {
    en: (_: object) => "done; a rollback does not undo it",
    ja: () => "完了。ロールバックでは元に戻りません",
  },
  "job.step_output": {
    en: (p: { kind: string; lines: number }) =>
      p.kind === "docs generate" || p.lines === 0 ? "" : count(p.lines, "line"),
    ja: (p) => (p.kind === "docs generate" || p.lines === 0 ? "" : `${p.lines}行`),
  },
  "job.step_published": {
    en: (p: { published: number; switchMs: number; release: number }) =>
      p.published === 0
        ? `r${p.release}, no name changed`
        : `r${p.release}, ${count(p.published, "name")}, switched in ${Math.round(p.switchMs)} ms`,
    ja: (p) =>
      p.published === 0
        ? `r${p.release}、名前の変更なし`
        : `r${p.release}、${p.published}件、${Math.round(p.switchMs)} ms で切り替え`,
  },
  "job.step_held": {
    en: (p: { release: number }) => `r${p.release} is rejected`,
    ja: (p) => `r${p.release} は不採用`,
  },
  "job.nothing_to_publish": { en: (_: object) => "nothing new", ja: () => "変更なし" },
  "job.as_in_run": { en: (p: { run: number }) => `as in run ${p.run}`, ja: (p) => `実行 ${p.run} と同じ` },
  "job.operation_note": {
    en: (p: { macro: string }) => `run-operation ${p.macro}: what it changes outside the new tables is not undone`,
    ja: (p) => `run-operation ${p.macro}: 新しいテーブル以外への変更は元に戻りません`,
  },
  "job.nothing_new": {
    en: (p: { tests: number }) => `nothing new${p.tests > 0 ? `, ${count(p.tests, "test")} pass` : ""}`,
    ja: (p) => `変更なし${p.tests > 0 ? `、${p.tests}件のテストに合格` : ""}`,
  },
  "job.nothing_new_failed": {
    en: (_: object) => "nothing was to be published, but something failed",
    ja: () => "公開するものはありませんが、失敗があります",
  },
  "job.failed": {
    en: (p: { environment: string }) => `a step failed; ${p.environment} was not changed`,
    ja: (p) => `失敗したステップがあります。${p.environment} は変わっていません`,
  },
  "job.timed_out": {
    en: (p: { timeoutMs: number }) => `stopped: it took longer than its timeout of ${duration(p.timeoutMs, "en")}`,
    ja: (p) => `制限時間の ${duration(p.timeoutMs, "ja")} を超えたため停止しました`,
  },
});

const READY: Record<string, { en: string; ja: string }> = {
  deps: { en: "as the commit says", ja: "コミットの指定どおり" },
  parse: { en: "parsed", ja: "解析済み" },
  debug: { en: "profile and connection work", ja: "プロファイルと接続は正常" },
  clean: { en: "every run has a folder of its own", ja: "実行ごとに専用のフォルダーがあります" },
};
