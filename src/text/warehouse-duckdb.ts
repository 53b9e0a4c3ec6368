// Texts of the DuckDB warehouse.
import { defineTexts } from "./define.ts";

type Who = { pid: number | null; command: string | null; user: string | null; since: string | null };

export const duckdb = defineTexts({
  "duckdb.locked": {
    en: (p: { file: string }) => `${p.file} is in use by another program`,
    ja: (p) => `${p.file} は別のプログラムが使用中です`,
  },
  "duckdb.locked_who": {
    en: (p: Who) =>
      p.pid === null
        ? "DuckDB cannot tell which program it is (another container or machine)"
        : [`pid ${p.pid}`, p.command, p.user && `user ${p.user}`, p.since && `since ${p.since}`]
            .filter(Boolean)
            .join(", "),
    ja: (p) =>
      p.pid === null
        ? "どのプログラムかはDuckDBから分かりません (別のコンテナーまたはマシン)"
        : [`PID ${p.pid}`, p.command, p.user && `ユーザー ${p.user}`, p.since && `開始 ${p.since}`]
            .filter(Boolean)
            .join(", "),
  },
  "duckdb.locked_why": {
    en: (_: object) => "a DuckDB file belongs to one writing process at a time, or to readers only",
    ja: () => "DuckDBのファイルは、書き込むプロセス1つか、読み取りだけのプロセスにしか開けません",
  },
  "duckdb.locked_done": {
    en: (p: { seconds: number }) => `waited ${p.seconds} s; nothing was changed and no program was ended`,
    ja: (p) => `${p.seconds} 秒待ちました。何も変更せず、どのプログラムも終了させていません`,
  },
  "duckdb.locked_hint": {
    en: (_: object) => "close that program (or its connection) and run the command again",
    ja: () => "そのプログラム (または接続) を閉じてから、もう一度実行してください",
  },
  "duckdb.wait_cancelled": {
    en: (p: { file: string }) => `stopped waiting for ${p.file}; nothing was changed`,
    ja: (p) => `${p.file} の待機を中止しました。何も変更していません`,
  },
  "duckdb.newer_format": {
    en: (p: { file: string; format: number; madeBy: string | null; library: string }) =>
      `${p.file} was written by a newer DuckDB${p.madeBy ? ` (${p.madeBy})` : ""}: file format ${p.format}, which DuckDB ${p.library} cannot read`,
    ja: (p) =>
      `${p.file} は新しいDuckDB${p.madeBy ? ` (${p.madeBy})` : ""} が書いたファイルです。形式 ${p.format} はDuckDB ${p.library} では読めません`,
  },
  "duckdb.newer_format_hint": {
    en: (_: object) =>
      "use that version in the project's Python (dbt.python), or copy the data with the newer DuckDB into a file made with STORAGE_VERSION 'v1.2.0'",
    ja: () =>
      "プロジェクトのPython (dbt.python) でその版を使うか、新しいDuckDBで STORAGE_VERSION 'v1.2.0' のファイルにデータをコピーしてください",
  },
  "duckdb.not_duckdb": {
    en: (p: { file: string; message: string }) => `${p.file} is not a DuckDB database file`,
    ja: (p) => `${p.file} はDuckDBのデータベースファイルではありません`,
  },
  "duckdb.not_duckdb_hint": {
    en: (_: object) => "check `path` in the dbt profile; an empty file must be removed first",
    ja: () => "dbtプロファイルの path を確認してください。空のファイルは先に削除してください",
  },
  "duckdb.corrupt": {
    en: (p: { file: string; message: string }) => `${p.file} is damaged: ${p.message.split("\n")[0]}`,
    ja: (p) => `${p.file} は壊れています: ${p.message.split("\n")[0]}`,
  },
  "duckdb.corrupt_hint": {
    en: (_: object) => "restore it from a backup, or move it away and deploy again",
    ja: () => "バックアップから戻すか、別の場所に移してからもう一度デプロイしてください",
  },
  "duckdb.no_folder": {
    en: (p: { folder: string }) => `the folder of the DuckDB file does not exist: ${p.folder}`,
    ja: (p) => `DuckDBファイルのフォルダーがありません: ${p.folder}`,
  },
  "duckdb.no_folder_hint": {
    en: (p: { folder: string }) => `create it (plain dbt does not either): mkdir -p '${p.folder}'`,
    ja: (p) => `作成してください (dbtも自動では作りません): mkdir -p '${p.folder}'`,
  },
  "duckdb.no_attached_file": {
    en: (p: { file: string; message: string }) => `the attached DuckDB file does not exist: ${p.file}`,
    ja: (p) => `attachされたDuckDBファイルがありません: ${p.file}`,
  },
  "duckdb.no_attached_file_hint": {
    en: (_: object) => "check `attach` in the dbt profile",
    ja: () => "dbtプロファイルの attach を確認してください",
  },
  "duckdb.no_right": {
    en: (p: { file: string; message: string }) => `no right to open ${p.file}`,
    ja: (p) => `${p.file} を開く権限がありません`,
  },
  "duckdb.no_right_hint": {
    en: (_: object) => "the file and its folder must be writable: DuckDB keeps its log beside the file",
    ja: () => "ファイルとフォルダーの両方に書き込み権限が必要です (DuckDBはログをファイルの隣に置きます)",
  },
  "duckdb.no_file": {
    en: (p: { path: string }) => `there is no DuckDB file ${p.path} yet`,
    ja: (p) => `DuckDBファイル ${p.path} はまだありません`,
  },
  "duckdb.disk_full": {
    en: (p: { message: string }) => `the disk is full: ${p.message}`,
    ja: (p) => `ディスクがいっぱいです: ${p.message}`,
  },
  "duckdb.disk_full_hint": {
    en: (_: object) => "nothing was switched; free some space (`slipway gc`) and run the command again",
    ja: () => "切り替えは行っていません。空きを作り (slipway gc)、もう一度実行してください",
  },
  "duckdb.statement": {
    en: (p: { message: string; sql: string | null }) => `DuckDB: ${p.message}${p.sql ? ` (in: ${p.sql})` : ""}`,
    ja: (p) => `DuckDB: ${p.message}${p.sql ? ` (文: ${p.sql})` : ""}`,
  },
  "duckdb.process_ended": {
    en: (p: { detail: string }) => `the DuckDB process ended unexpectedly: ${p.detail}`,
    ja: (p) => `DuckDBのプロセスが予期せず終了しました: ${p.detail}`,
  },
  "duckdb.process_ended_hint": {
    en: (p: { python: string }) => `check that ${p.python} can import duckdb (\`slipway doctor\`)`,
    ja: (p) => `${p.python} でduckdbをインポートできるか確認してください (slipway doctor)`,
  },
  "duckdb.not_a_file": {
    en: (p: { path: string }) => `the profile's DuckDB is no file: ${p.path}`,
    ja: (p) => `プロファイルのDuckDBがファイルではありません: ${p.path}`,
  },
  "duckdb.not_a_file_hint": {
    en: (_: object) =>
      "releases need a database that stays: set `path` to a file, e.g. data/shop.duckdb (in memory, MotherDuck, DuckLake and servers are not supported yet)",
    ja: () =>
      "リリースには残るデータベースが必要です。path にファイルを指定してください (例: data/shop.duckdb)。メモリー、MotherDuck、DuckLake、サーバーは未対応です",
  },
  "duckdb.profile_unsupported": {
    en: (p: { key: string }) => `Slipway reads sources without \`${p.key}\` of the profile; dbt itself still uses it`,
    ja: (p) => `Slipwayはソースを読むときにプロファイルの ${p.key} を使いません (dbtは使います)`,
  },
  "duckdb.store_taken": {
    en: (p: { schema: string; owner: string | null }) =>
      p.owner
        ? `the store schema ${p.schema} belongs to project ${p.owner}`
        : `the store schema ${p.schema} holds relations that are not Slipway's`,
    ja: (p) =>
      p.owner
        ? `ストア用スキーマ ${p.schema} はプロジェクト ${p.owner} のものです`
        : `ストア用スキーマ ${p.schema} にSlipway以外のリレーションがあります`,
  },
  "duckdb.store_taken_hint": {
    en: (_: object) => "choose another store schema in slipway.yml",
    ja: () => "slipway.yml で別のストア用スキーマを指定してください",
  },
  "duckdb.store_like_file": {
    en: (p: { schema: string; path: string }) =>
      `the store schema ${p.schema} has the name of the DuckDB file (${p.path}): DuckDB could not tell them apart in \`${p.schema}.table\``,
    ja: (p) =>
      `ストア用スキーマ ${p.schema} がDuckDBファイル (${p.path}) と同名です。DuckDBは ${p.schema}.table を区別できません`,
  },
  "duckdb.store_like_file_hint": {
    en: (_: object) => "choose another store schema in slipway.yml",
    ja: () => "slipway.yml で別のストア用スキーマを指定してください",
  },
  "duckdb.drop_published": {
    en: (p: { target: string; published: string }) => `${p.target} is in use: ${p.published} points at it`,
    ja: (p) => `${p.target} は使用中です: ${p.published} が参照しています`,
  },
  "duckdb.no_table": {
    en: (p: { table: string }) => `there is no table ${p.table} to copy`,
    ja: (p) => `コピー元のテーブル ${p.table} がありません`,
  },
  "duckdb.missing_version": {
    en: (p: { table: string }) => `the version ${p.table} does not exist in the warehouse`,
    ja: (p) => `バージョン ${p.table} がウェアハウスにありません`,
  },
  "duckdb.same_name": {
    en: (p: { name: string; other: string; node: string }) =>
      `${p.name} and ${p.other} (${p.node}) are one name to DuckDB, which ignores upper and lower case`,
    ja: (p) => `${p.name} と ${p.other} (${p.node}) は、大文字と小文字を区別しないDuckDBでは同じ名前です`,
  },
  "duckdb.published_elsewhere": {
    en: (p: { name: string; environment: string; project: string }) =>
      `${p.name} is already published by environment ${p.environment} of project ${p.project} in the same file`,
    ja: (p) => `${p.name} は同じファイルでプロジェクト ${p.project} の環境 ${p.environment} が公開しています`,
  },
  "duckdb.adopt_twice": {
    en: (p: { name: string; aside: string }) =>
      `${p.name} is not Slipway's, and ${p.aside}, where it would be set aside, exists already`,
    ja: (p) => `${p.name} はSlipwayのものではなく、退避先の ${p.aside} はすでに存在します`,
  },
  "duckdb.adopt_twice_hint": {
    en: (p: { name: string; aside: string }) => `drop or rename one of ${p.name} and ${p.aside}`,
    ja: (p) => `${p.name} か ${p.aside} のどちらかを削除するか、名前を変えてください`,
  },
  "duckdb.adopt_foreign_key": {
    en: (p: { name: string; aside: string }) =>
      `${p.name} cannot be set aside: it has or is referred to by a foreign key, which DuckDB would lose`,
    ja: (p) => `${p.name} を退避できません。外部キーを持つか参照されており、DuckDBでは失われます`,
  },
  "duckdb.adopt_foreign_key_hint": {
    en: (_: object) =>
      "rebuild these tables with plain dbt without the foreign key (the models may keep it), then deploy again",
    ja: () => "外部キーなしでdbtで作り直してから (モデルの定義は残せます)、もう一度デプロイしてください",
  },
  "duckdb.breaks_view": {
    en: (p: { view: string; message: string }) =>
      `the view ${p.view}, which Slipway does not manage, would fail: ${p.message}`,
    ja: (p) => `Slipwayの管理外のビュー ${p.view} が動かなくなります: ${p.message}`,
  },
  "duckdb.breaks_view_hint": {
    en: (_: object) => "change or drop that view first, or keep the columns it reads",
    ja: () => "先にそのビューを変更または削除するか、参照している列を残してください",
  },
  "duckdb.no_row": {
    en: (p: { environment: string }) =>
      `the warehouse has no record of environment ${p.environment}; nothing was switched`,
    ja: (p) => `ウェアハウスに環境 ${p.environment} の記録がありません。切り替えは行っていません`,
  },
  "duckdb.overtaken": {
    en: (p: { environment: string; fence: number; ours: number }) =>
      `a newer run has taken over ${p.environment} (fencing number ${p.fence}, this run has ${p.ours}); nothing was switched`,
    ja: (p) =>
      `${p.environment} はより新しい実行に引き継がれています (フェンス番号 ${p.fence}、この実行は ${p.ours})。切り替えは行っていません`,
  },
  "duckdb.moved": {
    en: (p: { environment: string; release: number; expected: number }) =>
      `${p.environment} serves release r${p.release}, not r${p.expected} as planned; nothing was switched`,
    ja: (p) =>
      `${p.environment} で公開中なのは計画時の r${p.expected} ではなく r${p.release} です。切り替えは行っていません`,
  },
  "duckdb.missing_source": {
    en: (p: { node: string; name: string; path: string }) =>
      `${p.node} does not exist: no table or view ${p.name} in ${p.path}`,
    ja: (p) => `${p.node} がありません: ${p.path} にテーブルまたはビュー ${p.name} がありません`,
  },
  "duckdb.missing_source_hint": {
    en: (_: object) => "load it first, or correct `database`, `schema` and `identifier` of the source",
    ja: () => "先にデータを読み込むか、ソースの database、schema、identifier を直してください",
  },
  "duckdb.source_too_large": {
    en: (p: { rows: number; columns: number }) =>
      `too large to hash on every refresh (${p.rows} rows x ${p.columns} columns) and without loaded_at_field or loaded_at_query`,
    ja: (p) =>
      `更新のたびにハッシュするには大きすぎ (${p.rows} 行 x ${p.columns} 列)、loaded_at_field も loaded_at_query もありません`,
  },
  "duckdb.eject_reader": {
    en: (p: { view: string }) => `the view ${p.view} still reads a version in the store; nothing was changed`,
    ja: (p) => `ビュー ${p.view} がまだストアのバージョンを参照しています。何も変更していません`,
  },
  "duckdb.eject_reader_hint": {
    en: (_: object) => "drop that view, or make it read a published name, and eject again",
    ja: () => "そのビューを削除するか、公開名を参照するように変えてから、もう一度 eject してください",
  },
  "duckdb.file_remote": {
    en: (p: { pattern: string }) => `${p.pattern} is on another machine; nothing cheap stands for its content`,
    ja: (p) => `${p.pattern} は別のマシンにあり、内容を手軽に確かめる方法がありません`,
  },
  "duckdb.file_none": {
    en: (p: { pattern: string }) => `no file matches ${p.pattern}`,
    ja: (p) => `${p.pattern} に一致するファイルがありません`,
  },
});
