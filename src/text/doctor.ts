// Texts of `slipway doctor`.
import { defineTexts } from "./define.ts";
import { count, digits } from "./words.ts";

/** `3.2 GB`; 1 GB is 10^9 bytes. */
function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** power;
  return `${power > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

export const doctor = defineTexts({
  "doctor.broke": {
    en: (p: { message: string }) => `this check broke: ${p.message}`,
    ja: (p) => `この点検を実行できませんでした: ${p.message}`,
  },
  "doctor.at": {
    en: (p: { place: string; message: string }) => `${p.place}: ${p.message}`,
    ja: (p) => `${p.place}: ${p.message}`,
  },
  "doctor.versions": { en: (p: { versions: string }) => p.versions, ja: (p) => p.versions },
  "doctor.git_old": {
    en: (p: { version: string; min: string }) => `Git ${p.version} is older than ${p.min}`,
    ja: (p) => `Git ${p.version} は ${p.min} より古いバージョンです`,
  },
  "doctor.python_silent": {
    en: (p: { python: string }) => `${p.python} does not say its version`,
    ja: (p) => `${p.python} のバージョンを確認できません`,
  },
  "doctor.no_project": {
    en: (p: { folder: string }) => `no dbt_project.yml in ${p.folder} or above`,
    ja: (p) => `${p.folder} とその上に dbt_project.yml がありません`,
  },
  "doctor.no_project_remedy": {
    en: (_: object) => "go to the dbt project, or name it:  --project-dir DIR",
    ja: () => "dbt プロジェクトに移動するか、--project-dir で指定してください",
  },
  "doctor.no_config": {
    en: (p: { folder: string }) => `no slipway.yml in ${p.folder} yet`,
    ja: (p) => `${p.folder} に slipway.yml がまだありません`,
  },
  "doctor.no_config_remedy": { en: (_: object) => "slipway init", ja: () => "slipway init" },
  "doctor.config": {
    en: (p: { project: string; names: string }) => `slipway.yml: project ${p.project}, environments ${p.names}`,
    ja: (p) => `slipway.yml: プロジェクト ${p.project}、環境 ${p.names}`,
  },
  "doctor.repository": {
    en: (p: { commit: string; subject: string; count: number }) =>
      `repository at ${p.commit} ${p.subject}${p.count ? `; ${count(p.count, "uncommitted file")}, not deployed` : ""}`,
    ja: (p) =>
      `リポジトリ ${p.commit} ${p.subject}${p.count ? `。コミットしていない ${digits(p.count)}ファイルは対象外` : ""}`,
  },
  "doctor.profile": {
    en: (p: { profile: string; targets: string }) => `profile ${p.profile}: ${p.targets}`,
    ja: (p) => `プロファイル ${p.profile}: ${p.targets}`,
  },
  "doctor.connection": {
    en: (p: { names: string; warehouse: string }) => `connection of ${p.names}: ${p.warehouse}`,
    ja: (p) => `${p.names} の接続: ${p.warehouse}`,
  },
  "doctor.no_folder": {
    en: (p: { folder: string }) => `the folder of the DuckDB file does not exist: ${p.folder}`,
    ja: (p) => `DuckDB ファイルのフォルダーがありません: ${p.folder}`,
  },
  "doctor.no_folder_remedy": {
    en: (p: { folder: string }) => `mkdir -p '${p.folder}'`,
    ja: (p) => `mkdir -p '${p.folder}'`,
  },
  "doctor.file_new": {
    en: (p: { path: string }) => `${p.path} does not exist yet; the first deployment makes it`,
    ja: (p) => `${p.path} はまだありません。初回のデプロイで作成します`,
  },
  "doctor.file_format": {
    en: (p: { path: string; format: number; madeBy: string; library: string }) =>
      `${p.path}: file format ${p.format}, made by DuckDB ${p.madeBy}, read with ${p.library}`,
    ja: (p) => `${p.path}: ファイル形式 ${p.format}、作成 DuckDB ${p.madeBy}、使用中 ${p.library}`,
  },
  "doctor.not_writable": {
    en: (p: { place: string }) => `no right to write: ${p.place}`,
    ja: (p) => `書き込み権限がありません: ${p.place}`,
  },
  "doctor.not_writable_remedy": {
    en: (p: { user: string }) => `give the user ${p.user} the right to write there`,
    ja: (p) => `ユーザー ${p.user} に書き込み権限を与えてください`,
  },
  "doctor.disagree": {
    en: (p: { environment: string; known: number; served: number }) =>
      `${p.environment}: the warehouse serves r${p.served}, Slipway's record says r${p.known}`,
    ja: (p) => `${p.environment}: DWH では r${p.served} を公開中ですが、Slipway の記録では r${p.known} です`,
  },
  "doctor.row_lost": {
    en: (p: { environment: string; known: number; served: number }) =>
      `${p.environment}: Slipway's record says r${p.known}, but this warehouse knows nothing of it (replaced or restored?)`,
    ja: (p) =>
      `${p.environment}: Slipway の記録では r${p.known} ですが、この DWH に記録がありません (置き換えまたは復元の可能性)`,
  },
  "doctor.disagree_remedy": {
    en: (p: { environment: string }) =>
      `check that the profile names the right warehouse, then  slipway deploy ${p.environment}`,
    ja: (p) => `プロファイルの接続先を確認してから  slipway deploy ${p.environment}`,
  },
  "doctor.disk": {
    en: (p: { folder: string; freeBytes: number; neededBytes: number }) =>
      `disk of ${p.folder}: ${size(p.freeBytes)} free${p.neededBytes > 0 ? `, a full build needs about ${size(p.neededBytes)}` : ""}`,
    ja: (p) =>
      `${p.folder} のディスク: 空き ${size(p.freeBytes)}${p.neededBytes > 0 ? `、全件ビルドに約 ${size(p.neededBytes)}` : ""}`,
  },
  "doctor.disk_remedy": {
    en: (_: object) => "free some space; what no release needs is removed by  slipway gc",
    ja: () => "空き容量を増やしてください。不要なリリースの削除:  slipway gc",
  },
  "doctor.state": {
    en: (p: { place: string; embedded: boolean; version: string; revision: string; sizeBytes: number }) =>
      `state: ${p.embedded ? "embedded in " : ""}${p.place}, PostgreSQL ${p.version}, revision ${p.revision}, ${size(p.sizeBytes)}`,
    ja: (p) =>
      `状態: ${p.embedded ? "組み込み " : ""}${p.place}、PostgreSQL ${p.version}、リビジョン ${p.revision}、${size(p.sizeBytes)}`,
  },
  "doctor.state_none": {
    en: (p: { folder: string }) => `state: none yet; the first command makes it in ${p.folder}`,
    ja: (p) => `状態: まだありません。最初のコマンドが ${p.folder} に作成します`,
  },
  "doctor.state_behind": {
    en: (p: { revision: string; head: string }) =>
      `Slipway's own schema is at ${p.revision}, this program's is ${p.head}`,
    ja: (p) => `Slipway のスキーマは ${p.revision}、このプログラムは ${p.head} です`,
  },
  "doctor.state_behind_remedy": {
    en: (_: object) =>
      "an older one is brought up by the next command or  slipway db upgrade; for a newer one install the newer Slipway",
    ja: () => "古い場合は次のコマンドか slipway db upgrade で更新します。新しい場合は新しい Slipway を使ってください",
  },
  "doctor.state_not_durable": {
    en: (p: { place: string }) =>
      `the state's server may lose what it acknowledged (fsync or synchronous_commit is off): ${p.place}`,
    ja: (p) => `状態のサーバーは fsync または synchronous_commit が off のため、記録を失うことがあります: ${p.place}`,
  },
  "doctor.state_not_durable_remedy": {
    en: (_: object) => "set fsync and synchronous_commit to on",
    ja: () => "fsync と synchronous_commit を on にしてください",
  },
  "doctor.no_locks": { en: (_: object) => "locks: none", ja: () => "ロック: なし" },
  "doctor.lease": {
    en: (p: { holder: string; since: string }) => `running: ${p.holder}, since ${p.since}`,
    ja: (p) => `実行中: ${p.holder}、${p.since} から`,
  },
  "doctor.stale_lease": {
    en: (p: { holder: string; since: string }) => `a lease of a process that is gone: ${p.holder}, since ${p.since}`,
    ja: (p) => `終了したプロセスのリース: ${p.holder}、${p.since} から`,
  },
  "doctor.stale_lease_remedy": {
    en: (p: { environment: string }) =>
      `the next command takes it over; at once:  slipway unlock ${p.environment}`.trimEnd(),
    ja: (p) => `次のコマンドが引き継ぎます。すぐに解放:  slipway unlock ${p.environment}`.trimEnd(),
  },
  "doctor.unfinished": {
    en: (p: { environment: string; run: number; kind: string; phase: string }) =>
      `${p.environment}: run ${p.run} (${p.kind}) stopped in ${p.phase} without an end`,
    ja: (p) => `${p.environment}: 実行 ${p.run} (${p.kind}) は ${p.phase} で中断しています`,
  },
  "doctor.unfinished_remedy": {
    en: (p: { environment: string }) =>
      `the next command on it finishes or tidies it; at once:  slipway cancel ${p.environment}`,
    ja: (p) => `次のコマンドが完了または後始末します。すぐに行う:  slipway cancel ${p.environment}`,
  },
  "doctor.channels": {
    en: (p: { names: string }) => `notices to ${p.names}; try one:  slipway notify test CHANNEL`,
    ja: (p) => `通知先: ${p.names} (テスト:  slipway notify test 通知先)`,
  },
  "doctor.no_mail_server": {
    en: (_: object) => "notices go by mail, and SLIPWAY_SMTP_URL is not set",
    ja: () => "メールの通知先がありますが、SLIPWAY_SMTP_URL が設定されていません",
  },
  "doctor.no_mail_server_remedy": {
    en: (_: object) => "where the server runs:  export SLIPWAY_SMTP_URL=smtps://user:password@host:465",
    ja: () => "サーバーを動かす場所で:  export SLIPWAY_SMTP_URL=smtps://user:password@host:465",
  },
  "doctor.channel_secret": {
    en: (p: { channel: string; name: string }) => `channel ${p.channel} needs the secret ${p.name}, which is not set`,
    ja: (p) => `通知先 ${p.channel} に必要なシークレット ${p.name} が設定されていません`,
  },
  "doctor.channel_secret_remedy": {
    en: (p: { name: string }) => `slipway secret set ${p.name}`,
    ja: (p) => `slipway secret set ${p.name}`,
  },
});
