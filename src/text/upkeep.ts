// Texts of the server's own upkeep: what it does, what that came to, what runs short.
import { defineTexts } from "./define.ts";
import { size } from "./format.ts";

const line = (en: string, ja: string) => ({ en: (_: object) => en, ja: (_: object) => ja });
const periods = { daily: "毎日", weekly: "毎週", monthly: "毎月" };
type Period = keyof typeof periods;

export const upkeep = defineTexts({
  "upkeep.help": line(
    "what Slipway does to itself: logs, old runs, space, care of tables",
    "Slipway 自身の手入れ (ログ、古い実行、空き容量、テーブル)",
  ),
  "upkeep.help_show": line("when it does what, and what it came to", "予定と結果を表示します"),
  "upkeep.help_run": line("do it now (default: daily)", "今すぐ実行します (既定: daily)"),
  "upkeep.arg_period": line("daily, weekly or monthly", "daily、weekly または monthly"),
  "upkeep.bad_period": {
    en: (p: { period: string }) => `'${p.period}' is none of daily, weekly, monthly`,
    ja: (p) => `'${p.period}' は daily、weekly、monthly のどれでもありません`,
  },
  "upkeep.ex_run": line("before the disk is full", "ディスクが一杯になる前に"),
  "upkeep.is_off": {
    en: (p: { period: Period }) => `${p.period} upkeep is off in slipway.yml`,
    ja: (p) => `${periods[p.period]}の手入れは slipway.yml でオフになっています`,
  },
  "upkeep.busy": line("upkeep is under way already", "手入れはすでに実行中です"),
  "upkeep.task": {
    en: (p: { task: string }) =>
      ({
        logs: "logs rotated",
        clean: "folders of old runs",
        gc: "what no release needs",
        optimize: "care of tables",
        compact: "gaps in files",
        disk: "room on the disk",
      })[p.task] ?? p.task,
    ja: (p) =>
      ({
        logs: "ログのローテーション",
        clean: "古い実行のフォルダー",
        gc: "不要なデータの削除",
        optimize: "テーブルの手入れ",
        compact: "ファイルのすき間",
        disk: "ディスクの空き",
      })[p.task] ?? p.task,
  },
  "upkeep.period": { en: (p: { period: Period }) => p.period, ja: (p) => periods[p.period] },
  "upkeep.off": line("off", "オフ"),
  "upkeep.next": { en: (p: { when: string }) => `next ${p.when}`, ja: (p) => `次回 ${p.when}` },
  "upkeep.last": {
    en: (p: { when: string; by: string; freed: string | null }) =>
      `last ${p.when} by ${p.by}${p.freed === null ? "" : `, freed ${p.freed}`}`,
    ja: (p) => `前回 ${p.when} (${p.by})${p.freed === null ? "" : `、${p.freed} を解放`}`,
  },
  "upkeep.never": line("never yet", "まだ実行されていません"),
  "upkeep.head_task": line("TASK", "作業"),
  "upkeep.done": {
    en: (p: { period: Period; freed: string | null; took: string }) =>
      `${p.period} upkeep done${p.freed === null ? "" : `, freed ${p.freed}`}. ${p.took}`,
    ja: (p) => `${periods[p.period]}の手入れが完了しました${p.freed === null ? "" : `。${p.freed} を解放`}。${p.took}`,
  },
  "upkeep.failed_again": {
    en: (p: { period: Period; task: string; why: string }) =>
      `${p.period} upkeep has failed twice in a row at ${p.task}${p.why === "" ? "" : `: ${p.why}`}`,
    ja: (p) => `${periods[p.period]}の手入れが ${p.task} で 2回続けて失敗しました${p.why === "" ? "" : `: ${p.why}`}`,
  },
  "upkeep.done_by_server": {
    en: (p: { period: Period }) => `${p.period} upkeep done`,
    ja: (p) => `${periods[p.period]}の手入れが完了しました`,
  },
  "upkeep.failed": {
    en: (p: { period: Period; count: number }) =>
      `${p.period} upkeep: ${p.count} task${p.count === 1 ? "" : "s"} not done`,
    ja: (p) => `${periods[p.period]}の手入れ: ${p.count}件の作業が完了していません`,
  },
  "upkeep.no_file": line("there is no file yet", "ファイルがまだありません"),
  "upkeep.no_gaps": {
    en: (p: { gapsBytes: number }) => `left as it is: ${size(p.gapsBytes)} of gaps, which the next builds fill`,
    ja: (p) => `そのままにしました (すき間 ${size(p.gapsBytes)} は次のビルドで使われます)`,
  },
  "upkeep.no_room": {
    en: (p: { neededBytes: number }) =>
      `left as it is: ${size(p.neededBytes)} of free disk are needed to write it anew`,
    ja: (p) => `そのままにしました (書き直しには空き ${size(p.neededBytes)} が必要です)`,
  },
  "upkeep.not_copied": {
    en: (p: { why: string }) => `left as it is: DuckDB could not copy it: ${p.why}`,
    ja: (p) => `そのままにしました。DuckDB でコピーできません: ${p.why}`,
  },
  "upkeep.compacted": {
    en: (p: { freedBytes: number }) => `written anew, ${size(p.freedBytes)} smaller`,
    ja: (p) => `書き直して ${size(p.freedBytes)} 小さくなりました`,
  },
  "upkeep.optimized": {
    en: (p: { tables: number; refused: number }) =>
      `${p.tables} table${p.tables === 1 ? "" : "s"} cared for${p.refused === 0 ? "" : `, ${p.refused} belong to another role`}`,
    ja: (p) => `${p.tables}件のテーブルを手入れ${p.refused === 0 ? "" : `、${p.refused}件は別のロールの所有`}`,
  },
  "upkeep.state_optimized": {
    en: (p: { tables: number }) => `Slipway's own state: ${p.tables} tables`,
    ja: (p) => `Slipway 自身の状態: ${p.tables}件のテーブル`,
  },
  "upkeep.evidence_pruned": {
    en: (p: { rows: number }) => `${p.rows} rows of evidence and alerts are older than two years and went`,
    ja: (p) => `2年より古い記録とアラート ${p.rows}行を削除`,
  },
  "upkeep.cleaned": {
    en: (p: { runs: number; emptied: number }) =>
      `${p.runs} folders of runs removed, ${p.emptied} emptied of dbt's files`,
    ja: (p) => `実行フォルダーを ${p.runs}件削除、${p.emptied}件から dbt のファイルを削除`,
  },
  "upkeep.manifests": {
    en: (p: { count: number }) => `${p.count} parsed manifests that nothing needs`,
    ja: (p) => `不要なマニフェスト ${p.count}件`,
  },
  "upkeep.rotated": {
    en: (p: { files: number; removed: number }) => `${p.files} logs set aside, ${p.removed} old ones removed`,
    ja: (p) => `ログ ${p.files}件を退避、古いもの ${p.removed}件を削除`,
  },
  "upkeep.collected": {
    en: (p: { count: number; run: number | null }) =>
      p.run === null ? "nothing to remove" : `${p.count} relations removed, run ${p.run}`,
    ja: (p) => (p.run === null ? "削除するものはありません" : `${p.count}件を削除 (実行 ${p.run})`),
  },
  "upkeep.nothing": line("nothing to do", "対象はありません"),
  "upkeep.in": {
    en: (p: { place: string; what: string }) => `${p.place}: ${p.what}`,
    ja: (p) => `${p.place}: ${p.what}`,
  },
  "upkeep.not_now": {
    en: (p: { why: string }) => `not now: ${p.why}`,
    ja: (p) => `今回は見送り: ${p.why}`,
  },
  "upkeep.disk": {
    en: (p: { folder: string; freeBytes: number; days: number | null }) =>
      `${size(p.freeBytes)} free at ${p.folder}${p.days === null ? "" : `, for about ${p.days} days at this pace`}`,
    ja: (p) => `${p.folder} の空き ${size(p.freeBytes)}${p.days === null ? "" : `、このペースで約 ${p.days}日分`}`,
  },
  "upkeep.disk_short": {
    en: (p: { folder: string; host: string; freeBytes: number; days: number | null }) =>
      `the disk of ${p.folder} on ${p.host} has ${size(p.freeBytes)} left${p.days === null ? "" : `, for about ${p.days} days`}`,
    ja: (p) =>
      `${p.host} の ${p.folder} のディスクの空きは ${size(p.freeBytes)} です${p.days === null ? "" : ` (約 ${p.days}日分)`}`,
  },
  "upkeep.disk_hint": line(
    "slipway gc shows what could go; retention.max_size and upkeep.keep_runs in slipway.yml keep it small",
    "slipway gc で削除できるものを確認できます。slipway.yml の retention.max_size と upkeep.keep_runs で抑えられます",
  ),
  "upkeep.bad_cron": {
    en: (p: { period: string; mistake: string }) => `upkeep.${p.period}: ${p.mistake}`,
    ja: (p) => `upkeep.${p.period}: ${p.mistake}`,
  },
});
