// Texts of what PostgreSQL shows: sources and their tokens, and what doctor finds.
import { defineTexts } from "./define.ts";
import { count } from "./words.ts";

export const warehousePostgresFacts = defineTexts({
  "postgres.source_missing": {
    en: (p: { node: string; name: string }) => `The source table ${p.name} (${p.node}) does not exist.`,
    ja: (p) => `ソースの表 ${p.name} (${p.node}) がありません。`,
  },
  "postgres.source_missing_hint": {
    en: (_: object) => "Check schema and identifier of the source in its YAML file, and that its data has been loaded.",
    ja: () => "YAML のソースの schema と identifier、データが読み込まれていることを確かめてください。",
  },
  "postgres.source_no_right": {
    en: (p: { node: string; name: string; user: string }) =>
      `User ${p.user} may not read the source table ${p.name} (${p.node}).`,
    ja: (p) => `ユーザー ${p.user} はソースの表 ${p.name} (${p.node}) を読めません。`,
  },
  "postgres.loaded_at_failed": {
    en: (p: { node: string; reason: string }) => `The loaded_at query of ${p.node} failed: ${p.reason}.`,
    ja: (p) => `${p.node} の loaded_at のクエリが失敗しました: ${p.reason}`,
  },
  "postgres.token_too_slow": {
    en: (p: { seconds: number }) => `it is not a table, and reading all of it took longer than ${p.seconds} s`,
    ja: (p) => `表ではなく、全体を読むのに ${p.seconds} 秒を超えました`,
  },
  "postgres.token_loaded_at": {
    en: (_: object) => "late updates and deletions do not move the load time",
    ja: () => "遅れた更新や削除は読み込み時刻に現れません",
  },
  "postgres.token_counter": {
    en: (p: { limit: number }) => `larger than ${p.limit} MB, so the server's change counters stand for the data`,
    ja: (p) => `${p.limit} MB を超えるため、サーバーの変更カウンターで代用します`,
  },
  "postgres.server_version": {
    en: (p: { version: number; min: number; max: number }) =>
      `PostgreSQL ${p.version} is outside of the versions Slipway knows (${p.min} to ${p.max}).`,
    ja: (p) => `PostgreSQL ${p.version} は Slipway の対象バージョン (${p.min} から ${p.max}) の外です。`,
  },
  "postgres.is_standby": {
    en: (_: object) => "This server is a standby: nothing can be built or published here.",
    ja: () => "このサーバーはスタンバイなので、ビルドも公開もできません。",
  },
  "postgres.owns_live": {
    en: (p: { user: string }) => `User ${p.user}, who runs the project's code, also owns slipway.live.`,
    ja: (p) => `プロジェクトのコードを実行するユーザー ${p.user} が slipway.live も所有しています。`,
  },
  "postgres.owns_live_hint": {
    en: (_: object) => "Where the project is not fully trusted, let another role own the schema slipway.",
    ja: () => "プロジェクトを完全には信頼しない場合は、slipway スキーマを別のロールの所有にしてください。",
  },
  "postgres.unsettled": {
    en: (p: { count: number }) =>
      `${count(p.count, "published name")} not settled yet; the next promotion does that first.`,
    ja: (p) => `後片付けが済んでいない公開名が ${p.count} 個あります。次の昇格の最初に行います。`,
  },
  "postgres.standby_feedback": {
    en: (p: { name: string }) =>
      `Standby ${p.name} has no hot_standby_feedback: long queries there may be cancelled after a promotion.`,
    ja: (p) =>
      `スタンバイ ${p.name} は hot_standby_feedback が無効です。昇格のあと長いクエリが中断されることがあります。`,
  },
  "postgres.standby_feedback_hint": {
    en: (_: object) => "Set hot_standby_feedback = on there.",
    ja: () => "スタンバイで hot_standby_feedback = on にしてください。",
  },
  "postgres.long_transaction": {
    en: (p: { pid: number; user: string; since: string }) =>
      `pid ${p.pid} (user ${p.user}) has had a transaction open since ${p.since}; promotions may have to wait for it.`,
    ja: (p) =>
      `pid ${p.pid} (ユーザー ${p.user}) のトランザクションが ${p.since} から開いたままです。昇格が待たされることがあります。`,
  },
  "postgres.prepared_transaction": {
    en: (p: { gid: string }) => `There is a prepared transaction, ${p.gid}; the locks it holds may stop a promotion.`,
    ja: (p) => `準備済みトランザクション ${p.gid} があります。保持しているロックで昇格が止まることがあります。`,
  },
  "postgres.orphans_stay": {
    en: (p: { pids: string }) => `Statements of an earlier dbt run do not end: pid ${p.pids}.`,
    ja: (p) => `以前の dbt 実行の文が終了しません: pid ${p.pids}`,
  },
});
