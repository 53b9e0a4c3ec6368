// Texts of the PostgreSQL warehouse.
import { defineTexts } from "./define.ts";

interface Place {
  host: string;
  port: number;
  dbname: string;
  user: string;
}

const ADOPT_EN: Record<string, string> = {
  row_security: "it has row-level security, which a view in its place would not have",
  triggers: "it has triggers",
  foreign_keys: "foreign keys of other tables point at it",
  publications: "it is part of a publication",
  inheritance: "it inherits from a table or another inherits from it",
  identity: "it has an identity column",
  rules: "it has rules",
};

const ADOPT_JA: Record<string, string> = {
  row_security: "行レベルセキュリティがあり、代わりのビューでは失われます",
  triggers: "トリガーがあります",
  foreign_keys: "ほかの表の外部キーから参照されています",
  publications: "パブリケーションに含まれています",
  inheritance: "継承関係があります",
  identity: "IDENTITY 列があります",
  rules: "ルールがあります",
};

const found = (what: string): string => (what === "" ? "" : ` (${what})`);

export const warehousePostgres = defineTexts({
  "postgres.profile_key": {
    en: (p: { key: string }) => `The dbt profile's \`${p.key}\` is missing or not usable.`,
    ja: (p) => `dbt プロファイルの \`${p.key}\` がないか、使えない値です。`,
  },
  "postgres.certificate": {
    en: (p: { path: string }) => `The certificate file ${p.path} cannot be read.`,
    ja: (p) => `証明書ファイル ${p.path} を読めません。`,
  },
  "postgres.unreachable": {
    en: (p: Place & { reason: string }) => `PostgreSQL at ${p.host}:${p.port} cannot be reached: ${p.reason}.`,
    ja: (p) => `PostgreSQL (${p.host}:${p.port}) に接続できません: ${p.reason}`,
  },
  "postgres.login_refused": {
    en: (p: Place) => `PostgreSQL at ${p.host}:${p.port} does not let user ${p.user} into database ${p.dbname}.`,
    ja: (p) =>
      `PostgreSQL (${p.host}:${p.port}) はユーザー ${p.user} のデータベース ${p.dbname} への接続を拒否しました。`,
  },
  "postgres.no_database": {
    en: (p: Place) => `PostgreSQL at ${p.host}:${p.port} has no database ${p.dbname}.`,
    ja: (p) => `PostgreSQL (${p.host}:${p.port}) にデータベース ${p.dbname} がありません。`,
  },
  "postgres.check_connection": {
    en: (p: { host: string; port: number }) =>
      `Check host, port, user and password in the dbt profile, and that ${p.host}:${p.port} accepts connections from this machine.`,
    ja: (p) =>
      `dbt プロファイルの host、port、user、password と、このマシンから ${p.host}:${p.port} に接続できることを確かめてください。`,
  },
  "postgres.went_away": {
    en: (p: Place & { reason: string }) => `PostgreSQL at ${p.host}:${p.port} went away: ${p.reason}.`,
    ja: (p) => `PostgreSQL (${p.host}:${p.port}) との接続が切れました: ${p.reason}`,
  },
  "postgres.again": {
    en: (_: object) => "Run the command again when it is back: it goes on where it stopped.",
    ja: () => "復旧したら同じコマンドをもう一度実行してください。止まったところから続きます。",
  },
  "postgres.no_right": {
    en: (p: { user: string; reason: string }) => `PostgreSQL user ${p.user} lacks a right: ${p.reason}.`,
    ja: (p) => `PostgreSQL ユーザー ${p.user} に権限がありません: ${p.reason}`,
  },
  "postgres.ask_owner": {
    en: (_: object) => "Ask the owner of that object for the right, or use another role in the dbt profile.",
    ja: () => "対象の所有者に権限を依頼するか、dbt プロファイルで別のロールを使ってください。",
  },
  "postgres.run_sql": {
    en: (p: { sql: string }) => `Have this run by a role that may: ${p.sql}`,
    ja: (p) => `権限のあるロールで次を実行してください: ${p.sql}`,
  },
  "postgres.too_slow": {
    en: (p: { reason: string }) => `PostgreSQL gave up waiting: ${p.reason}.`,
    ja: (p) => `PostgreSQL の待ち時間が切れました: ${p.reason}`,
  },
  "postgres.refused": {
    en: (p: { code: string; reason: string }) => `PostgreSQL refused a statement: ${p.reason} (${p.code}).`,
    ja: (p) => `PostgreSQL が文の実行を拒否しました: ${p.reason} (${p.code})`,
  },
  "postgres.cancelled": {
    en: (_: object) => "Stopped while waiting; consumers are on one whole release.",
    ja: () => "待っている間に中止しました。利用者に見えるのは一つのリリースだけです。",
  },
  "postgres.store_taken": {
    en: (p: { schema: string; by: string }) => `Schema ${p.schema} is the store of another project: ${p.by}.`,
    ja: (p) => `スキーマ ${p.schema} は別のプロジェクトのストアです: ${p.by}`,
  },
  "postgres.store_taken_hint": {
    en: (_: object) => "Choose another store schema in slipway.yml.",
    ja: () => "slipway.yml で別のストアスキーマを指定してください。",
  },
  "postgres.no_row": {
    en: (p: { environment: string }) =>
      `The warehouse has no switch row for environment ${p.environment || "of this promotion"}.`,
    ja: (p) => `ウェアハウスに環境 ${p.environment || "(この昇格)"} の切り替え行がありません。`,
  },
  "postgres.cannot_create_schema": {
    en: (p: { user: string; dbname: string }) =>
      `PostgreSQL user ${p.user} may not create schemas in database ${p.dbname}.`,
    ja: (p) => `PostgreSQL ユーザー ${p.user} はデータベース ${p.dbname} にスキーマを作成できません。`,
  },
  "postgres.overtaken": {
    en: (p: { environment: string; fence: number }) =>
      `Another process has taken over environment ${p.environment}; this one (fencing number ${p.fence}) changes nothing any more.`,
    ja: (p) =>
      `環境 ${p.environment} は別のプロセスが引き継ぎました。このプロセス (フェンス番号 ${p.fence}) は何も変更しません。`,
  },
  "postgres.overtaken_hint": {
    en: (_: object) => "See `slipway status` for who holds it.",
    ja: () => "`slipway status` で現在の保持者を確認できます。",
  },
  "postgres.moved_on": {
    en: (p: { expected: number; found: number }) =>
      `The environment was switched in the meantime: planned from position ${p.expected}, found ${p.found}.`,
    ja: (p) => `その間に環境が切り替えられました。計画時の位置は ${p.expected}、現在は ${p.found} です。`,
  },
  "postgres.moved_on_hint": {
    en: (_: object) => "Plan again from what is live now.",
    ja: () => "現在の公開状態から計画し直してください。",
  },
  "postgres.not_flipped": {
    en: (p: { expected: number; found: number }) =>
      `There is nothing of this promotion to settle: it ends at position ${p.expected}, the environment is at ${p.found}.`,
    ja: (p) => `この昇格には後片付けするものがありません。昇格後の位置は ${p.expected}、環境の位置は ${p.found} です。`,
  },
  "postgres.held": {
    en: (p: { environment: string; who: string }) =>
      `The switch of ${p.environment || "the environment"} is waiting for ${p.who}.`,
    ja: (p) => `${p.environment || "環境"} の切り替えは次の終了を待っています: ${p.who}`,
  },
  "postgres.held_hint": {
    en: (_: object) => "Nothing is lost. End that session or wait for it, then run the command again.",
    ja: () => "失われたものはありません。そのセッションの終了を待つか終了させてから、もう一度実行してください。",
  },
  "postgres.drop_held": {
    en: (p: { who: string }) => `A relation is in use: ${p.who}.`,
    ja: (p) => `使用中のリレーションがあります: ${p.who}`,
  },
  "postgres.next_missing": {
    en: (p: { node: string; schema: string; name: string }) =>
      `The built relation ${p.schema}.${p.name} of ${p.node} is gone.`,
    ja: (p) => `${p.node} のビルド済みリレーション ${p.schema}.${p.name} がありません。`,
  },
  "postgres.name_too_long": {
    en: (p: { name: string; bytes: number }) => `The name ${p.name} has ${p.bytes} bytes; PostgreSQL allows 63.`,
    ja: (p) => `名前 ${p.name} は ${p.bytes} バイトです。PostgreSQL の上限は 63 バイトです。`,
  },
  "postgres.name_too_long_hint": {
    en: (_: object) => "Give the model a shorter `alias`; one Japanese character is 3 bytes.",
    ja: () => "モデルに短い `alias` を付けてください。日本語は 1 文字 3 バイトです。",
  },
  "postgres.name_taken_twice": {
    en: (p: { name: string; first: string; second: string }) =>
      `${p.first} and ${p.second} are both published as ${p.name}.`,
    ja: (p) => `${p.first} と ${p.second} の公開名がどちらも ${p.name} です。`,
  },
  "postgres.published_elsewhere": {
    en: (p: { name: string; project: string }) => `${p.name} is already published by project ${p.project}.`,
    ja: (p) => `${p.name} はプロジェクト ${p.project} が公開しています。`,
  },
  "postgres.security_invoker": {
    en: (p: { name: string }) =>
      `The view ${p.name} has security_invoker: its readers would need rights on the store, so they would get errors.`,
    ja: (p) => `ビュー ${p.name} は security_invoker です。読み手にストアの権限がないため、エラーになります。`,
  },
  "postgres.security_invoker_hint": {
    en: (p: { name: string }) =>
      `If it may read with its owner's rights: ALTER VIEW ${p.name} RESET (security_invoker);`,
    ja: (p) => `所有者の権限で読んでよければ: ALTER VIEW ${p.name} RESET (security_invoker);`,
  },
  "postgres.check_option": {
    en: (p: { name: string }) => `The view ${p.name} has a check option, which a switched view cannot have.`,
    ja: (p) => `ビュー ${p.name} には CHECK OPTION があり、切り替えるビューには付けられません。`,
  },
  "postgres.cannot_adopt_kind": {
    en: (p: { name: string; kind: string }) =>
      `${p.name} cannot be set aside: it is not a plain table or view (kind ${p.kind}).`,
    ja: (p) => `${p.name} は通常の表やビューではないため (種類 ${p.kind})、退避できません。`,
  },
  "postgres.cannot_adopt": {
    en: (p: { name: string; reason: string; what: string }) =>
      `${p.name} cannot become a published view without loss: ${ADOPT_EN[p.reason] ?? p.reason}${found(p.what)}.`,
    ja: (p) => `${p.name} を損失なく公開ビューにできません: ${ADOPT_JA[p.reason] ?? p.reason}${found(p.what)}`,
  },
  "postgres.cannot_adopt_hint": {
    en: (_: { reason: string }) => "Remove that first, or give the model another name or schema.",
    ja: () => "先にそれを取り除くか、モデルの名前かスキーマを変えてください。",
  },
  "postgres.dependant": {
    en: (p: { name: string; dependant: string }) =>
      `${p.dependant} depends on ${p.name} and would be left with the old data.`,
    ja: (p) => `${p.dependant} が ${p.name} に依存しており、古いデータを参照したままになります。`,
  },
  "postgres.dependant_hint": {
    en: (p: { dependant: string }) =>
      `Drop ${p.dependant}, deploy, and create it again; or make it part of the dbt project.`,
    ja: (p) => `${p.dependant} を削除してからデプロイし、作り直してください。または dbt プロジェクトに含めてください。`,
  },
  "postgres.not_owner": {
    en: (p: { name: string; owner: string; user: string }) =>
      `${p.name} belongs to ${p.owner}; user ${p.user} may not replace it.`,
    ja: (p) => `${p.name} の所有者は ${p.owner} です。ユーザー ${p.user} は置き換えられません。`,
  },
  "postgres.no_create": {
    en: (p: { schema: string; user: string }) => `User ${p.user} may not create relations in schema ${p.schema}.`,
    ja: (p) => `ユーザー ${p.user} はスキーマ ${p.schema} に作成できません。`,
  },
  "postgres.owner_cannot_read": {
    en: (p: { owner: string; what: string }) =>
      `${p.owner}, who owns published views, may not read ${p.what}; every reader would get an error.`,
    ja: (p) => `公開ビューの所有者 ${p.owner} は ${p.what} を読めません。読み手がエラーになります。`,
  },
  "postgres.no_such_role": {
    en: (p: { role: string; name: string }) => `${p.name} is granted to ${p.role}, but there is no such role.`,
    ja: (p) => `${p.name} の権限の付与先 ${p.role} というロールがありません。`,
  },
  "postgres.write_grants": {
    en: (p: { name: string; roles: string }) =>
      `${p.roles} may do more than SELECT on ${p.name}; published views allow SELECT only, the rest is taken away.`,
    ja: (p) =>
      `${p.roles} は ${p.name} に SELECT 以外の権限を持っています。公開ビューは SELECT だけなので、ほかは取り消します。`,
  },
  "postgres.clone_missing": {
    en: (p: { name: string }) => `There is no table ${p.name} to copy.`,
    ja: (p) => `コピー元の表 ${p.name} がありません。`,
  },
  "postgres.clone_exists": {
    en: (p: { name: string }) => `${p.name} exists already.`,
    ja: (p) => `${p.name} はすでにあります。`,
  },
  "postgres.eject_held": {
    en: (p: { who: string }) => `Turning views back into tables is waiting for ${p.who}.`,
    ja: (p) => `ビューを表に戻す処理は次の終了を待っています: ${p.who}`,
  },
  "postgres.eject_dependants": {
    en: (p: { name: string; reason: string }) =>
      `${p.name} cannot become a table while something is built on it: ${p.reason}.`,
    ja: (p) => `${p.name} に依存するものがあるため、表に戻せません: ${p.reason}`,
  },
});
