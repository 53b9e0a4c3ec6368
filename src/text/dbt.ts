// Texts of the dbt room.
import { defineTexts } from "./define.ts";

export const dbt = defineTexts({
  "dbt.cancelled": {
    en: (_: object) => "dbt was stopped",
    ja: () => "dbt を停止しました",
  },
  "dbt.failed": {
    en: (p: { message: string }) => `dbt: ${p.message}`,
    ja: (p) => `dbt: ${p.message}`,
  },
  "dbt.file_locked": {
    en: (p: { file: string }) => `${p.file} is in use by another program`,
    ja: (p) => `${p.file} は別のプログラムが使用中です`,
  },
  "dbt.file_locked_who": {
    en: (p: { pid: number }) => `pid ${p.pid}`,
    ja: (p) => `pid ${p.pid}`,
  },
  "dbt.file_locked_done": {
    en: (_: object) => "waited for it; nothing was published and no program was ended",
    ja: () => "解放を待ちました。何も公開せず、どのプログラムも終了させていません",
  },
  "dbt.file_locked_hint": {
    en: (_: object) => "close that program (or its connection) and run the command again",
    ja: () => "そのプログラム (または接続) を閉じてから、もう一度実行してください",
  },
  "dbt.failed_hint": {
    en: (_: object) => "fix it, commit, and run this again",
    ja: () => "修正してコミットし、もう一度実行してください",
  },
  "dbt.not_utf8": {
    en: (_: object) => "this file is not written in UTF-8, which dbt needs",
    ja: () => "このファイルは UTF-8 で書かれていません (dbt には UTF-8 が必要です)",
  },
  "dbt.not_utf8_hint": {
    en: (_: object) => "save it as UTF-8, commit, and run this again",
    ja: () => "UTF-8 で保存してコミットし、もう一度実行してください",
  },
  "dbt.internal": {
    en: (p: { type: string; message: string }) => `the dbt process failed: ${p.type}: ${p.message}`,
    ja: (p) => `dbt プロセスで内部エラーが発生しました: ${p.type}: ${p.message}`,
  },
  "dbt.manifest_shape": {
    en: (p: { field: string; problem: string }) =>
      `dbt's manifest is not in the form Slipway knows: ${p.field}: ${p.problem}`,
    ja: (p) => `dbt のマニフェストが想定した形式ではありません: ${p.field}: ${p.problem}`,
  },
  "dbt.manifest_shape_hint": {
    en: (_: object) => "Slipway reads manifest version 12 of dbt-core 1.12; check the dbt version with: slipway doctor",
    ja: () => "Slipway が読むのは dbt-core 1.12 のマニフェスト v12 です。slipway doctor で dbt の版を確認してください",
  },
  "dbt.manifest_unreadable": {
    en: (p: { file: string; problem: string }) => `the manifest ${p.file} cannot be read: ${p.problem}`,
    ja: (p) => `マニフェスト ${p.file} を読み込めません: ${p.problem}`,
  },
  "dbt.process_ended": {
    en: (p: { how: string; output: string }) => `the dbt process ended (${p.how})${p.output ? `:\n${p.output}` : ""}`,
    ja: (p) => `dbt プロセスが終了しました (${p.how})${p.output ? `:\n${p.output}` : ""}`,
  },
  "dbt.process_ended_hint": {
    en: (_: object) => "nothing of this run was published; run the command again, and see slipway doctor if it repeats",
    ja: () => "この実行の結果は公開されていません。もう一度実行し、繰り返す場合は slipway doctor で確認してください",
  },
  "dbt.profile_choice_hint": {
    en: (p: { known: string; nearest: string }) =>
      `${p.nearest ? `did you mean '${p.nearest}'? ` : ""}profiles there: ${p.known}`,
    ja: (p) => `${p.nearest ? `'${p.nearest}' のことですか? ` : ""}プロファイル: ${p.known}`,
  },
  "dbt.profile_env_missing": {
    en: (p: { name: string }) => `the profile needs the environment variable ${p.name}, which is not set`,
    ja: (p) => `プロファイルに必要な環境変数 ${p.name} が設定されていません`,
  },
  "dbt.profile_env_missing_hint": {
    en: (p: { name: string }) => `set it, e.g.: export ${p.name}=..`,
    ja: (p) => `設定してください。例: export ${p.name}=..`,
  },
  "dbt.profile_missing": {
    en: (p: { name: string }) => `profiles.yml has no profile ${p.name}, which dbt_project.yml names`,
    ja: (p) => `dbt_project.yml が指定するプロファイル ${p.name} が profiles.yml にありません`,
  },
  "dbt.profile_not_named": {
    en: (_: object) => "dbt_project.yml names no profile",
    ja: () => "dbt_project.yml に profile の指定がありません",
  },
  "dbt.profile_not_named_hint": {
    en: (_: object) => "add a line  profile: NAME  with the name of a profile in profiles.yml",
    ja: () => "profiles.yml にあるプロファイルの名前を  profile: NAME  の行で指定してください",
  },
  "dbt.profile_unreadable": {
    en: (p: { message: string }) => `this file cannot be read as dbt reads it: ${p.message}`,
    ja: (p) => `ファイルを dbt と同じようには読み込めません: ${p.message}`,
  },
  "dbt.profile_without_outputs": {
    en: (p: { profile: string }) => `profile ${p.profile} has no outputs`,
    ja: (p) => `プロファイル ${p.profile} に outputs がありません`,
  },
  "dbt.profiles_file_missing": {
    en: (p: { looked: string }) => `no profiles.yml found; looked for ${p.looked}`,
    ja: (p) => `profiles.yml が見つかりません。探した場所: ${p.looked}`,
  },
  "dbt.profiles_file_missing_hint": {
    en: (_: object) => "put it beside dbt_project.yml, or name its folder in slipway.yml as dbt.profiles_dir",
    ja: () =>
      "dbt_project.yml と同じフォルダーに置くか、slipway.yml の dbt.profiles_dir でフォルダーを指定してください",
  },
  "dbt.project_missing": {
    en: (p: { file: string }) => `no dbt project: ${p.file} does not exist`,
    ja: (p) => `dbt プロジェクトがありません: ${p.file} が存在しません`,
  },
  "dbt.project_missing_hint": {
    en: (_: object) => "run the command in the folder of dbt_project.yml, or name it with --project-dir",
    ja: () => "dbt_project.yml のあるフォルダーで実行するか、--project-dir で指定してください",
  },
  "dbt.protocol_mismatch": {
    en: (p: { found: string; expected: number }) =>
      `the dbt process does not speak protocol ${p.expected} but: ${p.found}. The installation is mixed`,
    ja: (p) =>
      `dbt プロセスがプロトコル ${p.expected} ではない応答をしました: ${p.found}。インストールが混在しています`,
  },
  "dbt.own_python_hint": {
    en: (_: object) =>
      "install dbt-core 1.12 and your adapter there, or remove dbt.python from slipway.yml: Slipway then makes its own environment",
    ja: () =>
      "その環境に dbt-core 1.12 とアダプターを入れるか、slipway.yml の dbt.python を外してください (Slipway が専用の環境を作ります)",
  },
  "dbt.own_python_silent": {
    en: (p: { python: string }) => `dbt.python does not run: ${p.python}`,
    ja: (p) => `dbt.python を実行できません: ${p.python}`,
  },
  "dbt.own_python_version": {
    en: (p: { python: string; found: string; wanted: string }) =>
      `${p.python} has dbt-core ${p.found}; Slipway works with ${p.wanted}`,
    ja: (p) => `${p.python} の dbt-core は ${p.found} です。Slipway が使えるのは ${p.wanted} です`,
  },
  "dbt.own_python_without_dbt": {
    en: (p: { python: string }) => `${p.python} has no dbt-core`,
    ja: (p) => `${p.python} に dbt-core がありません`,
  },
  "dbt.python_broken": {
    en: (p: { python: string; output: string }) =>
      `dbt was installed for Python ${p.python} but cannot be imported:\n${p.output}`,
    ja: (p) => `Python ${p.python} に dbt をインストールしましたが、読み込めません:\n${p.output}`,
  },
  "dbt.python_install_failed": {
    en: (p: { output: string }) => `the Python packages of dbt cannot be installed:\n${p.output}`,
    ja: (p) => `dbt の Python パッケージをインストールできません:\n${p.output}`,
  },
  "dbt.python_install_failed_hint": {
    en: (_: object) =>
      "check the network; a mirror or proxy can be given by PIP_INDEX_URL or UV_DEFAULT_INDEX, HTTPS_PROXY and SSL_CERT_FILE",
    ja: () =>
      "ネットワークを確認してください。ミラーやプロキシは PIP_INDEX_URL、UV_DEFAULT_INDEX、HTTPS_PROXY、SSL_CERT_FILE で指定できます",
  },
  "dbt.python_missing": {
    en: (p: { min: string; max: string; seen: string }) =>
      `no Python from ${p.min} to ${p.max} on the PATH${p.seen ? ` (found: ${p.seen})` : ""}`,
    ja: (p) => `PATH に Python ${p.min} - ${p.max} がありません${p.seen ? ` (検出: ${p.seen})` : ""}`,
  },
  "dbt.python_missing_hint": {
    en: (p: { min: string }) =>
      `install Python ${p.min} or newer (Debian, Ubuntu: apt install python3 python3-venv), or name one in slipway.yml as dbt.python`,
    ja: (p) =>
      `Python ${p.min} 以上を入れるか (Debian, Ubuntu: apt install python3 python3-venv)、slipway.yml の dbt.python で指定してください`,
  },
  "dbt.python_preparing": {
    en: (_: object) => "Making the Python environment for dbt (once per machine)",
    ja: () => "dbt 用の Python 環境を作成しています (初回のみ)",
  },
  "dbt.python_ready": {
    en: (p: { dbt: string; python: string }) => `dbt-core ${p.dbt} is ready (Python ${p.python})`,
    ja: (p) => `dbt-core ${p.dbt} の準備ができました (Python ${p.python})`,
  },
  "dbt.python_unusable": {
    en: (p: { folder: string }) => `the Python environment in ${p.folder} disappeared while it was made`,
    ja: (p) => `作成中の Python 環境 ${p.folder} が見つからなくなりました`,
  },
  "dbt.python_with_pip": {
    en: (_: object) => "uv is not available here; installing with pip, which takes longer",
    ja: () => "uv を使えないため pip でインストールします (時間がかかります)",
  },
  "dbt.python_without_venv": {
    en: (p: { version: string }) =>
      `Python ${p.version} cannot make virtual environments: venv or ensurepip is missing`,
    ja: (p) => `Python ${p.version} では仮想環境を作れません (venv または ensurepip がありません)`,
  },
  "dbt.python_without_venv_hint": {
    en: (_: object) => "Debian, Ubuntu: apt install python3-venv",
    ja: () => "Debian, Ubuntu: apt install python3-venv",
  },
  "dbt.rows_lost": {
    en: (p: { sent: number; received: number }) => `dbt recorded ${p.sent} results, ${p.received} arrived`,
    ja: (p) => `dbt の結果 ${p.sent}件のうち ${p.received}件しか届きませんでした`,
  },
  "dbt.target_choice_hint": {
    en: (p: { known: string; nearest: string }) =>
      `${p.nearest ? `did you mean '${p.nearest}'? ` : ""}targets of the profile: ${p.known}`,
    ja: (p) => `${p.nearest ? `'${p.nearest}' のことですか? ` : ""}プロファイルのターゲット: ${p.known}`,
  },
  "dbt.target_missing": {
    en: (p: { name: string; profile: string }) => `profile ${p.profile} has no target ${p.name}`,
    ja: (p) => `プロファイル ${p.profile} にターゲット ${p.name} がありません`,
  },
  "dbt.target_without_type": {
    en: (p: { target: string }) => `target ${p.target} has no type (the adapter: duckdb, postgres, ..)`,
    ja: (p) => `ターゲット ${p.target} に type (アダプター: duckdb, postgres など) がありません`,
  },
});
