// Words of runs, their logs and their evidence.
import { defineTexts } from "./define.ts";
import { duration } from "./format.ts";
import { count } from "./words.ts";

const line = (en: string, ja: string) => ({ en: (_: object) => en, ja: (_: object) => ja });

export const runs = defineTexts({
  "runs.help_runs": line("what was run, newest first", "実行の一覧です (新しい順)"),
  "runs.help_run": line("one run: its steps, its log, again", "1つの実行: ステップ、ログ、再実行"),
  "runs.help_show": line("steps, failures, slowest nodes", "ステップ、失敗、遅いノードを表示します"),
  "runs.help_logs": line("its log, while it runs too", "ログを表示します (実行中も可)"),
  "runs.help_retry": line("again, only what failed and what it held back", "失敗した部分とその下流だけを再実行します"),
  "runs.help_all_logs": line(
    "logs of all runs: errors, slow nodes, a text",
    "全実行のログから、エラー、遅いノード、文字列を探します",
  ),
  "runs.help_sql": line("read Slipway's own tables with SQL", "Slipway 自身のテーブルを SQL で読みます"),
  "runs.arg_run": line("number of a run", "実行の番号"),
  "runs.arg_query": line("a query, or several with ; between them", "SQL 文 (; 区切りで複数可)"),
  "runs.opt_job": line("runs of this job", "このジョブの実行"),
  "runs.opt_since": line("2d, 90m or 2026-11-20", "2d、90m、2026-11-20 など"),
  "runs.opt_state": line("runs in this state", "この状態の実行"),
  "runs.opt_errors": line("only errors and failing tests", "エラーと不合格のテストのみ"),
  "runs.opt_slow": line(
    "the n slowest nodes, or with a unit (60s) all that took longer",
    "遅い順に n 件。単位付き (60s) ならそれ以上かかったもの",
  ),
  "runs.opt_grep": line("lines that hold this text or regular expression", "この文字列または正規表現を含む行"),
  "runs.opt_follow": line("go on until the run has ended", "実行が終わるまで表示を続ける"),
  "runs.opt_file": line("file with the query; -: standard input", "SQL のファイル (- は標準入力)"),
  "runs.opt_format": line("table, csv or json", "table、csv、json"),
  "runs.ex_runs": line("since yesterday", "昨日から"),
  "runs.ex_show": line("what it did", "その内容"),
  "runs.ex_errors": line("what went wrong", "失敗の内容"),
  "runs.ex_follow": line("while it runs", "実行中に追う"),
  "runs.ex_retry": line("once its cause is gone", "原因がなくなったあとに"),
  "runs.ex_all_errors": line("what went wrong since the day before yesterday", "2日前からの失敗"),
  "runs.ex_slow": line("the ten slowest nodes", "遅いノード 10件"),
  "runs.ex_sql": line("the slowest models", "遅いモデル"),
  "runs.ex_sql_file": line("for a spreadsheet", "表計算ソフト用"),
  "runs.head_run": line("RUN", "実行"),
  "runs.head_started": line("STARTED", "開始"),
  "runs.head_environment": line("ENV", "環境"),
  "runs.head_what": line("WHAT", "内容"),
  "runs.head_result": line("RESULT", "結果"),
  "runs.head_time": line("TIME", "時間"),
  "runs.head_by": line("BY", "実行者"),
  "runs.none": line("No runs match.", "条件に合う実行はありません。"),
  "runs.more": line("There are more: --limit 100, --since 30d", "ほかにもあります: --limit 100、--since 30d"),
  "runs.state": {
    en: (p: { state: string }) => p.state,
    ja: (p) =>
      ({
        queued: "待機中",
        running: "実行中",
        succeeded: "成功",
        held: "保留",
        failed: "失敗",
        cancelled: "キャンセル",
        interrupted: "中断",
        skipped: "スキップ",
      })[p.state] ?? p.state,
  },
  "runs.by_schedule": {
    en: (p: { late: boolean }) => (p.late ? "schedule, late" : "schedule"),
    ja: (p) => (p.late ? "スケジュール (遅延)" : "スケジュール"),
  },
  "runs.by_after": {
    en: (p: { job: string; run: number }) => `after ${p.job} (run ${p.run})`,
    ja: (p) => `${p.job} のあと (実行 ${p.run})`,
  },
  "runs.by_branch": { en: (p: { branch: string }) => `branch ${p.branch}`, ja: (p) => `ブランチ ${p.branch}` },
  "runs.by_retry": { en: (p: { run: number }) => `retry of ${p.run}`, ja: (p) => `${p.run} の再実行` },
  "runs.title": {
    en: (p: { run: number; parts: string[] }) => `run ${p.run}: ${p.parts.join(", ")}`,
    ja: (p) => `実行 ${p.run}: ${p.parts.join("、")}`,
  },
  "runs.slowest": {
    en: (p: { names: string[] }) => `Slowest: ${p.names.join(", ")}`,
    ja: (p) => `遅い順: ${p.names.join("、")}`,
  },
  "runs.log": { en: (p: { command: string }) => `Log: ${p.command}`, ja: (p) => `ログ: ${p.command}` },
  "runs.retry": { en: (p: { command: string }) => `Again: ${p.command}`, ja: (p) => `再実行: ${p.command}` },
  "runs.no_lines": {
    en: (p: { runs: number }) => `No lines match in ${count(p.runs, "run")}.`,
    ja: (p) => `${p.runs}件の実行に該当する行はありません。`,
  },
  "runs.nothing_failed": {
    en: (p: { run: number; state: string }) => `run ${p.run} is ${p.state}: there is nothing to repeat`,
    ja: (p) => `実行 ${p.run} は ${p.state} です。再実行するものはありません`,
  },
  "runs.follow_hint": {
    en: (p: { run: number }) => `follow it:  slipway run logs ${p.run} --follow`,
    ja: (p) => `経過の確認:  slipway run logs ${p.run} --follow`,
  },
  "runs.retry_older": {
    en: (p: { run: number; environment: string; older: string; newer: string }) =>
      `run ${p.run} was of commit ${p.older}; ${p.environment} serves ${p.newer}, a later one, by now`,
    ja: (p) =>
      `実行 ${p.run} はコミット ${p.older} のものです。${p.environment} ではすでに、それより新しい ${p.newer} が公開されています`,
  },
  "runs.again_hint": {
    en: (_: object) => "all of it once more:  slipway job run JOB, slipway refresh ENV",
    ja: () => "全体をもう一度:  slipway job run JOB、slipway refresh ENV",
  },
  "runs.no_request": {
    en: (p: { run: number }) => `what run ${p.run} was asked to do is not on record`,
    ja: (p) => `実行 ${p.run} の内容が記録されていません`,
  },
  "runs.no_retry": {
    en: (p: { run: number; kind: string }) => `run ${p.run} is a ${p.kind}: give the command again`,
    ja: (p) => `実行 ${p.run} は ${p.kind} です。コマンドをもう一度実行してください`,
  },
  "sql.rows": {
    en: (p: { rows: number; shown: number }) =>
      `(${count(p.rows, "row")}${p.shown < p.rows ? `, ${p.shown} shown; --format csv has all` : ""})`,
    ja: (p) => `(${p.rows}行${p.shown < p.rows ? `中 ${p.shown}行を表示。すべては --format csv` : ""})`,
  },
  "log.run_started": {
    en: (p: { kind: string; environment: string }) => `${p.kind} of ${p.environment} begins`,
    ja: (p) => `${p.environment} の ${p.kind} を開始`,
  },
  "log.run_resumed": {
    en: (p: { run: number; phase: string }) => `run ${p.run} had stopped at ${p.phase}; it is finished or closed first`,
    ja: (p) => `実行 ${p.run} は ${p.phase} で中断していたため、先に完了または終了`,
  },
  "log.run_finished": {
    en: (p: { state: string; outcome: string | null }) => (p.outcome ? `${p.state}: ${p.outcome}` : p.state),
    ja: (p) => (p.outcome ? `${p.state}: ${p.outcome}` : p.state),
  },
  "log.phase_started": {
    en: (p: { phase: string }) => `${p.phase} begins`,
    ja: (p) => `${p.phase} を開始`,
  },
  "log.phase_finished": {
    en: (p: { phase: string; ok: boolean; summary: string }) => `${p.phase} ${p.ok ? "ok" : "failed"}: ${p.summary}`,
    ja: (p) => `${p.phase} ${p.ok ? "完了" : "失敗"}: ${p.summary}`,
  },
  "log.step_started": {
    en: (p: { name: string }) => `${p.name} begins`,
    ja: (p) => `${p.name} を開始`,
  },
  "log.step_finished": {
    en: (p: { name: string; state: string; summary: string | null }) =>
      `${p.name} ${p.state}${p.summary ? `: ${p.summary}` : ""}`,
    ja: (p) => `${p.name} ${p.state}${p.summary ? `: ${p.summary}` : ""}`,
  },
  "log.promoted": {
    en: (p: { published: number; unpublished: number; switchMs: number }) =>
      `${count(p.published, "name")}${p.unpublished ? `, ${p.unpublished} unpublished` : ""}, switched in ${duration(p.switchMs, "en", { fine: true })}`,
    ja: (p) =>
      `${p.published}件を公開${p.unpublished ? `、${p.unpublished}件を公開終了` : ""}、切り替え ${duration(p.switchMs, "ja", { fine: true })}`,
  },
  "log.switched": {
    en: (p: { environment: string; release: number }) => `${p.environment} serves r${p.release}`,
    ja: (p) => `${p.environment} は r${p.release} を公開中`,
  },
  "runs.unknown": {
    en: (p: { run: number }) => `there is no run ${p.run}`,
    ja: (p) => `実行 ${p.run} はありません`,
  },
  "runs.unknown_hint": {
    en: (_: object) => "the last ones:  slipway runs",
    ja: () => "最近の実行:  slipway runs",
  },
  "sql.nothing": {
    en: (_: object) => "there is no statement to run",
    ja: () => "実行する SQL 文がありません",
  },
  "sql.nothing_hint": {
    en: (_: object) => 'slipway sql "table dbt_run_results", or  slipway sql -f FILE',
    ja: () => 'slipway sql "table dbt_run_results"、または  slipway sql -f FILE',
  },
  "sql.no_file": {
    en: (p: { file: string; why: string }) => `${p.file} cannot be read (${p.why})`,
    ja: (p) => `${p.file} を読めません (${p.why})`,
  },
  "sql.refused": { en: (p: { why: string }) => p.why, ja: (p) => p.why },
  "sql.read_only": {
    en: (p: { why: string }) => `slipway sql only reads: ${p.why}`,
    ja: (p) => `slipway sql は読み取り専用です: ${p.why}`,
  },
  "sql.hint": {
    en: (_: object) => "tables and their columns:  slipway sql",
    ja: () => "テーブルと列の一覧:  slipway sql",
  },
  "sql.server_hint": { en: (p: { hint: string }) => p.hint, ja: (p) => p.hint },
  "log.bad_slow": {
    en: (p: { value: string }) => `--slow takes a number or a time, not '${p.value}'`,
    ja: (p) => `--slow には件数または時間を指定してください ('${p.value}' は使えません)`,
  },
  "log.bad_slow_hint": {
    en: (_: object) => "--slow 10 shows the ten slowest, --slow 60s what took at least a minute",
    ja: () => "--slow 10 は遅い順に 10件、--slow 60s は 60秒以上かかったもの",
  },
  "log.bad_since": {
    en: (p: { value: string }) => `--since takes a time, not '${p.value}'`,
    ja: (p) => `--since には時間または日時を指定してください ('${p.value}' は使えません)`,
  },
  "log.bad_since_hint": {
    en: (_: object) => "for example  --since 2d, --since 90m, --since 2026-11-20",
    ja: () => "例:  --since 2d, --since 90m, --since 2026-11-20",
  },
  "log.missing": {
    en: (p: { runs: number[]; home: string }) =>
      `no log of run ${p.runs.join(", ")} in ${p.home}/runs: it ran on another machine, or its log was removed`,
    ja: (p) =>
      `実行 ${p.runs.join(", ")} のログが ${p.home}/runs にありません。別のマシンで実行されたか、削除されています`,
  },
  "log.evidence": {
    en: (p: { nodes: number; tests: number }) =>
      `evidence: ${count(p.nodes, "node")}, ${count(p.tests, "test")} on record`,
    ja: (p) => `記録: ノード ${p.nodes}件、テスト ${p.tests}件`,
  },
  "evidence.not_recorded": {
    en: (p: { why: string }) => `what dbt did could not be recorded (${p.why}); the run itself is not affected`,
    ja: (p) => `dbt の結果を記録できませんでした (${p.why})。実行そのものに影響はありません`,
  },
  "evidence.not_copied": {
    en: (p: { schema: string; why: string }) =>
      `evidence is not copied to ${p.schema} yet (${p.why}); it is in Slipway's own tables, and the next run copies it`,
    ja: (p) =>
      `記録はまだ ${p.schema} にコピーされていません (${p.why})。Slipway のテーブルにあり、次の実行でコピーします`,
  },
});
