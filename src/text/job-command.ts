// Texts about dbt command lines in jobs and by hand: what is wrong with one, and what to write instead.
import { defineTexts } from "./define.ts";

export const jobCommand = defineTexts({
  "job.bad_command": {
    en: (p: { command: string; problem: string }) => `'${p.command}': ${p.problem}`,
    ja: (p) => `'${p.command}': ${p.problem}`,
  },
  "job.no_such_job": {
    en: (p: { name: string }) => `there is no job '${p.name}' in slipway.yml`,
    ja: (p) => `slipway.yml にジョブ '${p.name}' はありません`,
  },
  "job.jobs_are": {
    en: (p: { names: string[] }) => (p.names.length ? `jobs: ${p.names.join(", ")}` : "none is declared"),
    ja: (p) => (p.names.length ? `ジョブ: ${p.names.join(", ")}` : "ジョブは定義されていません"),
  },
  "job.full_refresh_never": {
    en: (_: object) => "--full-refresh is not allowed here (full_refresh: never)",
    ja: () => "ここでは --full-refresh を使えません (full_refresh: never)",
  },
  "job.vars_conflict": {
    en: (p: { name: string }) => `two commands of one run give the variable '${p.name}' different values`,
    ja: (p) => `1回の実行の中で、2つのコマンドが変数 '${p.name}' に異なる値を渡しています`,
  },
  "job.no_command": { en: (_: object) => "a dbt command is missing", ja: () => "dbt のコマンドがありません" },
  "job.commands_are": {
    en: (p: { names: string[] }) => `known: ${p.names.join(", ")}`,
    ja: (p) => `使えるもの: ${p.names.join(", ")}`,
  },
  "job.unknown_command": {
    en: (p: { name: string }) => `'${p.name}' is no dbt command that Slipway runs`,
    ja: (p) => `'${p.name}' は Slipway で実行できる dbt コマンドではありません`,
  },
  "job.instead_of_retry": {
    en: (_: object) => "slipway run retry RUN repeats what failed in a run, and reuses the rest",
    ja: () => "slipway run retry 番号 を使うと、失敗したものだけを再実行し、残りは再利用します",
  },
  "job.instead_of_clone": {
    en: (_: object) => "leave it out: an environment uses the tables that another one has built, without a copy",
    ja: () => "省いてください。ほかの環境がビルドしたテーブルは、コピーせずにそのまま使われます",
  },
  "job.instead_of_init": {
    en: (_: object) => "slipway init sets a project up",
    ja: () => "準備は slipway init で行います",
  },
  "job.instead_of_serve": {
    en: (_: object) => "dbt docs generate leaves the pages in the run's folder; any web server shows them",
    ja: () => "dbt docs generate のページは実行のフォルダに残ります。表示には任意の Web サーバーを使ってください",
  },
  "job.refused_parser": {
    en: (_: object) => "leave it out: Slipway reads the manifest of dbt's usual parser",
    ja: () => "省いてください。Slipway は dbt の通常のパーサーのマニフェストを読みます",
  },
  "job.unknown_option": {
    en: (p: { option: string }) => `unknown option ${p.option}`,
    ja: (p) => `不明なオプション ${p.option}`,
  },
  "job.not_an_option": {
    en: (p: { option: string; kind: string }) => `dbt ${p.kind} has no option ${p.option}`,
    ja: (p) => `dbt ${p.kind} にオプション ${p.option} はありません`,
  },
  "job.no_value": {
    en: (p: { option: string }) => `${p.option} needs a value`,
    ja: (p) => `${p.option} には値が必要です`,
  },
  "job.stray_word": {
    en: (p: { word: string }) => `'${p.word}' belongs to no option`,
    ja: (p) => `'${p.word}' はどのオプションの値でもありません`,
  },
  "job.stray_word_hint": {
    en: (_: object) => "nodes are named with --select",
    ja: () => "ノードは --select で指定してください",
  },
  "job.no_macro": {
    en: (_: object) => "run-operation needs the name of a macro",
    ja: () => "run-operation にはマクロの名前が必要です",
  },
  "job.bad_threads": {
    en: (p: { text: string }) => `--threads is a number from 1 to 256, not '${p.text}'`,
    ja: (p) => `--threads は 1 から 256 までの数です ('${p.text}' は使えません)`,
  },
  "job.not_a_mapping": {
    en: (p: { option: string }) => `${p.option} is not a YAML or JSON mapping`,
    ja: (p) => `${p.option} が YAML または JSON のマッピングではありません`,
  },
  "job.not_a_mapping_hint": {
    en: (_: object) => "for example '{start_date: 2026-01-01}'",
    ja: () => "例: '{start_date: 2026-01-01}'",
  },
  "job.open_quote": { en: (_: object) => "a quote is not closed", ja: () => "引用符が閉じていません" },
  "job.shell": {
    en: (p: { what: string }) => `'${p.what}' means something to a shell only`,
    ja: (p) => `'${p.what}' はシェルでしか使えません`,
  },
  "job.shell_hint": {
    en: (_: object) => "one dbt command per step; values come from vars: or env:, or stand in single quotes",
    ja: () => "1ステップに dbt コマンドを 1つ書いてください。値は vars: や env: で渡すか、一重引用符で囲みます",
  },
  "job.refused_option": {
    en: (p: { option: string }) => `${p.option} is decided by Slipway`,
    ja: (p) => `${p.option} は Slipway が決めます`,
  },
  "job.refused_place": {
    en: (_: object) => "leave it out: the environment says the target, the commit says the project",
    ja: () => "省いてください。ターゲットは環境、プロジェクトはコミットで決まります",
  },
  "job.refused_paths": {
    en: (_: object) => "leave it out: artifacts and logs are kept with the run",
    ja: () => "省いてください。アーティファクトとログは実行ごとに保存されます",
  },
  "job.refused_state": {
    en: (_: object) => "leave it out: what is the same is reused, and what a command does not name stays as it is live",
    ja: () => "省いてください。同じものは再利用され、コマンドが指定しないものは公開中のままです",
  },
  "job.refused_part": {
    en: (_: object) => "leave it out: consumers would see only a part of the data",
    ja: () => "省いてください。利用者にデータの一部しか見えなくなります",
  },
  "job.refused_selector": {
    en: (_: object) => "selectors.yml is not read: write its criteria after --select",
    ja: () => "selectors.yml は読みません。条件を --select に書いてください",
  },
  "job.refused_indirect": {
    en: (_: object) => "leave it out: every test of a selected node runs, on the new relations",
    ja: () => "省いてください。選択したノードのテストはすべて、新しいリレーションに対して実行されます",
  },
  "job.refused_store_failures": {
    en: (_: object) => "leave it out: slipway show RELEASE --test NAME reads the rows",
    ja: () => "省いてください。不合格の行は slipway show RELEASE --test NAME で読めます",
  },
  "job.refused_warn_error": {
    en: (_: object) => "leave it out: give the tests severity error instead",
    ja: () => "省いてください。代わりにテストの severity を error にしてください",
  },
  "job.refused_lock": {
    en: (_: object) => "change package-lock.yml in a commit: a run installs what the commit says",
    ja: () => "package-lock.yml はコミットで変えてください。実行時にはコミットの指定どおりに入ります",
  },
});
