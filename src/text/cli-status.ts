// Texts of the screens that say what stands: status, releases, show, history.
import { defineTexts } from "./define.ts";
import { count, digits } from "./words.ts";

export const cliStatus = defineTexts({
  "cli.status_fine": {
    en: (p: { environment: string }) => `${p.environment} is fine`,
    ja: (p) => `${p.environment} は正常です`,
  },
  "cli.status_newer_held": {
    en: (p: { environment: string; release: number; time: string }) =>
      `${p.environment} is fine, newer data (r${p.release}) is held since ${p.time}`,
    ja: (p) => `${p.environment} は正常です。${p.time} から新しいデータ (r${p.release}) を保留中です`,
  },
  "cli.status_partly_held": {
    en: (p: { environment: string; nodes: number; time: string }) =>
      `${p.environment} is fine, newer data of ${count(p.nodes, "node")} is held since ${p.time}`,
    ja: (p) => `${p.environment} は正常です。${p.time} からノード ${digits(p.nodes)}件の新しいデータを保留中です`,
  },
  "cli.status_serves_failed": {
    en: (p: { environment: string; nodes: number }) =>
      `${p.environment} serves ${count(p.nodes, "node")} whose tests failed`,
    ja: (p) => `${p.environment} はテスト失敗のノード ${digits(p.nodes)}件を公開中です`,
  },
  "cli.status_stale": {
    en: (p: { environment: string }) => `${p.environment} serves stale data`,
    ja: (p) => `${p.environment} のデータは鮮度切れです`,
  },
  "cli.status_switching": {
    en: (p: { environment: string }) => `${p.environment} is switching`,
    ja: (p) => `${p.environment} は切り替え中です`,
  },
  "cli.status_not_seen": {
    en: (p: { environment: string; time: string }) => `${p.environment} was not seen since ${p.time}`,
    ja: (p) => `${p.environment} は ${p.time} から確認できていません`,
  },
  "cli.status_never": {
    en: (p: { environment: string }) => `Nothing is deployed to ${p.environment} yet: slipway deploy ${p.environment}`,
    ja: (p) => `${p.environment} にはまだデプロイされていません: slipway deploy ${p.environment}`,
  },
  "cli.status_release": {
    en: (p: { release: number; time: string }) => `r${p.release} since ${p.time}`,
    ja: (p) => `r${p.release} (${p.time} から)`,
  },
  "cli.status_by": {
    en: (p: { commit: string; subject: string; actor: string | null; reason: string | null }) =>
      `${p.commit} ${p.subject}${p.actor ? `, by ${p.actor}` : ""}${p.reason ? `: ${p.reason}` : ""}`,
    ja: (p) => `${p.commit} ${p.subject}${p.actor ? `、${p.actor}` : ""}${p.reason ? `: ${p.reason}` : ""}`,
  },
  "cli.status_tests": { en: (p: { parts: string }) => `tests ${p.parts}`, ja: (p) => `テスト ${p.parts}` },
  "cli.status_no_tests": { en: (_: object) => "no tests", ja: () => "テストなし" },
  "cli.status_data": { en: (p: { time: string }) => `data of ${p.time}`, ja: (p) => `データ ${p.time}` },
  "cli.status_all_fresh": { en: (_: object) => "all fresh", ja: () => "すべて最新" },
  "cli.status_stale_source": {
    en: (p: { name: string; age: string; max: string }) => `${p.name} stale ${p.age} (max ${p.max})`,
    ja: (p) => `${p.name} 鮮度切れ ${p.age} (上限 ${p.max})`,
  },
  "cli.status_running": {
    en: (p: { kind: string; run: number; phase: string; age: string; actor: string }) =>
      `running: ${p.kind}, run ${p.run}, ${p.phase} for ${p.age}, by ${p.actor}`,
    ja: (p) => `実行中: ${p.kind}、実行 ${p.run}、${p.phase}、${p.age}経過、${p.actor}`,
  },
  "cli.status_interrupted": {
    en: (p: { kind: string; run: number; phase: string }) =>
      `run ${p.run} (${p.kind}) was interrupted in ${p.phase}; the next command finishes it`,
    ja: (p) => `実行 ${p.run} (${p.kind}) は ${p.phase} で中断しました。次のコマンドが完了させます`,
  },
  "cli.status_paused": {
    en: (p: { command: string }) => `no automatic deploys until: ${p.command}`,
    ja: (p) => `自動デプロイは停止中です。再開: ${p.command}`,
  },
  "cli.status_undo": {
    en: (p: { release: number; command: string }) => `way back: r${p.release}, ${p.command}`,
    ja: (p) => `戻る先: r${p.release}、${p.command}`,
  },
  "cli.status_next": {
    en: (p: { job: string; time: string }) => `next: ${p.job}, ${p.time}`,
    ja: (p) => `次回: ${p.job}、${p.time}`,
  },
  "cli.pass": { en: (p: { n: number }) => `${digits(p.n)} pass`, ja: (p) => `合格 ${digits(p.n)}` },
  "cli.warn": { en: (p: { n: number }) => count(p.n, "warning"), ja: (p) => `警告 ${digits(p.n)}` },
  "cli.fail": { en: (p: { n: number }) => `${digits(p.n)} fail`, ja: (p) => `不合格 ${digits(p.n)}` },
  "cli.error_count": { en: (p: { n: number }) => count(p.n, "error"), ja: (p) => `エラー ${digits(p.n)}` },
  "cli.skip": { en: (p: { n: number }) => `${digits(p.n)} skipped`, ja: (p) => `スキップ ${digits(p.n)}` },
  "cli.no_releases": {
    en: (p: { environment: string }) => `No release has reached ${p.environment} yet: slipway deploy ${p.environment}`,
    ja: (p) => `${p.environment} にはまだリリースがありません: slipway deploy ${p.environment}`,
  },
  "cli.collected": {
    en: (p: { kind: string; time: string }) => `${p.kind}: collected ${p.time}, no rollback`,
    ja: (p) => `${p.kind}: ${p.time} に削除済み、ロールバック不可`,
  },
  "cli.live_now": { en: (_: object) => "now", ja: () => "公開中" },
  "cli.head_release": { en: (_: object) => "REL", ja: () => "番号" },
  "cli.head_state": { en: (_: object) => "STATE", ja: () => "状態" },
  "cli.head_commit": { en: (_: object) => "COMMIT", ja: () => "コミット" },
  "cli.head_message": { en: (_: object) => "MESSAGE", ja: () => "メッセージ" },
  "cli.head_built": { en: (_: object) => "BUILT", ja: () => "ビルド" },
  "cli.head_reused": { en: (_: object) => "REUSED", ja: () => "再利用" },
  "cli.head_tests": { en: (_: object) => "TESTS", ja: () => "テスト" },
  "cli.head_live": { en: (_: object) => "LIVE", ja: () => "公開期間" },
  "cli.head_revision": { en: (_: object) => "REV", ja: () => "番号" },
  "cli.head_when": { en: (_: object) => "WHEN", ja: () => "日時" },
  "cli.head_what": { en: (_: object) => "WHAT", ja: () => "内容" },
  "cli.head_switch": { en: (_: object) => "SWITCH", ja: () => "切り替え" },
  "cli.head_by": { en: (_: object) => "BY", ja: () => "実行者" },
  "cli.history_none": {
    en: (p: { environment: string }) => `${p.environment} has no history yet.`,
    ja: (p) => `${p.environment} の履歴はまだありません。`,
  },
  "cli.history_undo": {
    en: (p: { environment: string }) => `Back to one of them: slipway rollout undo ${p.environment} --to-revision N`,
    ja: (p) => `戻すには: slipway rollout undo ${p.environment} --to-revision N`,
  },
  "cli.show_by": {
    en: (p: { commit: string; author: string; time: string }) => `${p.commit}, ${p.author}, ${p.time}`,
    ja: (p) => `${p.commit}、${p.author}、${p.time}`,
  },
  "cli.show_run": {
    en: (p: { kind: string; run: number | null; actor: string | null; reason: string | null }) =>
      `${p.kind}${p.run === null ? "" : `, run ${p.run}`}${p.actor ? `, by ${p.actor}` : ""}${p.reason ? `: ${p.reason}` : ""}`,
    ja: (p) =>
      `${p.kind}${p.run === null ? "" : `、実行 ${p.run}`}${p.actor ? `、${p.actor}` : ""}${p.reason ? `: ${p.reason}` : ""}`,
  },
  "cli.show_compared": {
    en: (p: { release: number | null }) =>
      p.release === null ? "Nodes, the first release" : `Nodes, compared with r${p.release}`,
    ja: (p) => (p.release === null ? "ノード (最初のリリース)" : `ノード (r${p.release} との比較)`),
  },
  "cli.show_same": { en: (p: { n: number }) => `= ${digits(p.n)} as before`, ja: (p) => `= ${digits(p.n)}件は同じ` },
  "cli.show_removed": { en: (_: object) => "removed", ja: () => "削除" },
  "cli.show_tests": { en: (_: object) => "Tests", ja: () => "テスト" },
  "cli.show_time": { en: (_: object) => "Time", ja: () => "時間" },
  "cli.show_timings": {
    en: (p: { build: string; verify: string; promote: string | null; switchTime: string }) =>
      `build ${p.build}, verify ${p.verify}${p.promote === null ? "" : `, promote ${p.promote}, switch ${p.switchTime}`}`,
    ja: (p) =>
      `ビルド ${p.build}、検証 ${p.verify}${p.promote === null ? "" : `、昇格 ${p.promote}、切り替え ${p.switchTime}`}`,
  },
  "cli.show_rows": {
    en: (p: { test: string; rows: number; truncated: boolean }) =>
      `Rows that do not pass ${p.test}: ${p.truncated ? `the first ${digits(p.rows)}` : digits(p.rows)}`,
    ja: (p) => `${p.test} の不合格の行: ${p.truncated ? `先頭 ${digits(p.rows)}行` : `${digits(p.rows)}行`}`,
  },
  "cli.show_rows_unknown": {
    en: (p: { test: string }) =>
      `No rows to show: ${p.test} did not run for this release (what it tests was not built, or its result was known).`,
    ja: (p) =>
      `表示できる行はありません: ${p.test} はこのリリースでは実行されていません (対象がビルドされていないか、結果が既知です)。`,
  },
  "cli.show_override": {
    en: (p: { reason: string }) => `published in spite of failed tests: ${p.reason}`,
    ja: (p) => `テスト失敗でも公開: ${p.reason}`,
  },
});
