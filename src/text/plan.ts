// Texts of plans: what stops one, why a node is built, what could hurt, whether there is a way back.
import { defineTexts } from "./define.ts";
import { count } from "./words.ts";

export const plan = defineTexts({
  "plan.unsupported": {
    en: (p: { node: string; kind: string }) => `${p.node}: Slipway cannot build this kind of node yet (${p.kind})`,
    ja: (p) => `${p.node}: この種類のノードはまだビルドできません (${p.kind})`,
  },
  "plan.unsupported_hint": {
    en: (_: object) => "disable the node for this target (enabled: false) or keep building it with plain dbt",
    ja: () => "このターゲットで無効にする (enabled: false) か、このノードは dbt でビルドしてください",
  },
  "plan.name_taken": {
    en: (p: { node: string; other: string; name: string }) =>
      `${p.node} and ${p.other} have one published name: ${p.name}`,
    ja: (p) => `${p.node} と ${p.other} の公開名が同じです: ${p.name}`,
  },
  "plan.name_taken_hint": {
    en: (_: object) => "give one of them another alias or schema",
    ja: () => "どちらかに別の alias か schema を設定してください",
  },
  "plan.published_elsewhere": {
    en: (p: { name: string; environment: string }) => `${p.name} is already published by environment ${p.environment}`,
    ja: (p) => `${p.name} は環境 ${p.environment} が公開しています`,
  },
  "plan.published_elsewhere_hint": {
    en: (_: object) => "give the two targets different schemas in the dbt profile",
    ja: () => "dbt プロファイルで 2つのターゲットに別の schema を設定してください",
  },
  "plan.name_too_long": {
    en: (p: { node: string; name: string; bytes: number }) =>
      `${p.node}: the name '${p.name}' has ${p.bytes} bytes, PostgreSQL allows 63`,
    ja: (p) => `${p.node}: 名前 '${p.name}' は ${p.bytes} バイトです。PostgreSQL の上限は 63 バイトです`,
  },
  "plan.name_too_long_hint": {
    en: (_: object) => "give it a shorter alias:  {{ config(alias='..') }}",
    ja: () => "短い alias を設定してください:  {{ config(alias='..') }}",
  },
  "plan.no_tests": {
    en: (p: { environment: string }) => `there are no tests, and ${p.environment} requires them (require_tests)`,
    ja: (p) => `テストがありません。${p.environment} では必須です (require_tests)`,
  },
  "plan.no_tests_hint": {
    en: (_: object) => "add tests, or to a job a step  dbt test",
    ja: () => "テストを追加するか、ジョブにステップ dbt test を加えてください",
  },
  "plan.stopped": {
    en: (p: { environment: string; count: number }) =>
      `the plan for ${p.environment} stops at ${count(p.count, "problem")}`,
    ja: (p) => `${p.environment} のプランは ${p.count}件の問題で停止しました`,
  },
  "plan.stopped_hint": {
    en: (_: object) => "fix what is listed, commit, and plan again",
    ja: () => "表示された問題を修正し、コミットしてからもう一度実行してください",
  },
  "plan.reason_new": { en: (_: object) => "new", ja: () => "新規" },
  "plan.reason_code": { en: (_: object) => "SQL changed", ja: () => "SQL を変更" },
  "plan.reason_config": { en: (_: object) => "config changed", ja: () => "設定を変更" },
  "plan.reason_config_of": {
    en: (p: { names: string[] }) => `config ${p.names.join(", ")} changed`,
    ja: (p) => `設定 ${p.names.join(", ")} を変更`,
  },
  "plan.reason_columns": { en: (_: object) => "contract changed", ja: () => "コントラクトを変更" },
  "plan.reason_seed": { en: (_: object) => "seed file changed", ja: () => "シードファイルを変更" },
  "plan.reason_macros": {
    en: (p: { names: string[] }) => `macro ${p.names.join(", ")} changed`,
    ja: (p) => `マクロ ${p.names.join(", ")} を変更`,
  },
  "plan.reason_parents": {
    en: (p: { names: string[] }) => `parent ${p.names.join(", ")}`,
    ja: (p) => `上流 ${p.names.join(", ")}`,
  },
  "plan.reason_tokens": {
    en: (p: { names: string[] }) => `new data in ${p.names.join(", ")}`,
    ja: (p) => `${p.names.join(", ")} に新しいデータ`,
  },
  "plan.reason_inputs": {
    en: (p: { names: string[] }) => `${p.names.join(", ")} changed`,
    ja: (p) => `${p.names.join(", ")} を変更`,
  },
  "plan.reason_engine": { en: (_: object) => "dbt or adapter changed", ja: () => "dbt またはアダプターを変更" },
  "plan.reason_format": {
    en: (p: { format: number }) => `key format ${p.format}`,
    ja: (p) => `キー形式 ${p.format}`,
  },
  "plan.reason_forced": { en: (_: object) => "full refresh asked for", ja: () => "フルリフレッシュの指定" },
  "plan.reason_hooks": { en: (_: object) => "on-run hooks changed", ja: () => "on-run フックを変更" },
  "plan.reason_files": { en: (_: object) => "new data in its files", ja: () => "ファイルに新しいデータ" },
  "plan.reason_state": { en: (_: object) => "another snapshot above it", ja: () => "上流のスナップショットが別のもの" },
  "plan.reason_base": { en: (_: object) => "increments another version", ja: () => "増分の元になるバージョンが変化" },
  "plan.reason_history": {
    en: (p: { from: string }) => `takes over ${p.from}`,
    ja: (p) => `${p.from} を引き継ぐ`,
  },
  "plan.reason_missing": { en: (_: object) => "not built here yet", ja: () => "この環境では未ビルド" },
  "plan.reason_unfinished": { en: (_: object) => "an earlier build did not finish", ja: () => "前回のビルドが未完了" },
  "plan.reason_full": { en: (_: object) => "full build", ja: () => "全件ビルド" },
  "plan.reason_clone": { en: (_: object) => "incremented on a copy", ja: () => "コピーに増分を適用" },
  "plan.reason_snapshot": { en: (_: object) => "history written in place", ja: () => "履歴を直接書き込み" },
  "plan.reason_volatile": { en: (p: { what: string }) => `reads ${p.what}`, ja: (p) => `${p.what} を参照` },
  "plan.warn_snapshot": {
    en: (p: { name: string; copy: boolean }) =>
      `snapshot ${p.name} is written in place, before its tests${p.copy ? "; a copy is taken first" : ""}`,
    ja: (p) => `スナップショット ${p.name} はテスト前に直接書き込まれます${p.copy ? " (先にコピーを作成)" : ""}`,
  },
  "plan.warn_empty": {
    en: (p: { target: string }) => `the project has no model, seed or snapshot for target ${p.target}`,
    ja: (p) => `ターゲット ${p.target} のモデル、シード、スナップショットがプロジェクトにありません`,
  },
  "plan.warn_history": {
    en: (p: { count: number; names: string[] }) =>
      `${p.names.join(", ")}: incremental, built in full here; rows that ${p.count === 1 ? "its" : "their"} sources no longer have stay in the original only`,
    ja: (p) => `${p.names.join(", ")}: 増分モデルを全件ビルドします。ソースにもうない行は元のテーブルにだけ残ります`,
  },
  "plan.warn_no_token": {
    en: (p: { source: string; why: string }) =>
      `${p.source}: no cheap proof that its data is unchanged (${p.why}); every refresh rebuilds what reads it`,
    ja: (p) => `${p.source}: データが同じだと安価に確認できません (${p.why})。データ更新のたびに下流を再ビルドします`,
  },
  "plan.warn_no_tokens": {
    en: (p: { count: number; names: string[] }) =>
      `${p.count} sources without a cheap proof that their data is unchanged (${p.names.join(", ")}); every refresh rebuilds what reads them`,
    ja: (p) =>
      `データが同じだと安価に確認できないソースが ${p.count}件あります (${p.names.join(", ")})。データ更新のたびに下流を再ビルドします`,
  },
  "plan.warn_untracked_files": {
    en: (p: { count: number; names: string[] }) =>
      `${p.count} files are read by models but not committed (${p.names.join(", ")}); their content now is used`,
    ja: (p) =>
      `モデルが参照する ${p.count}ファイルがコミットされていません (${p.names.join(", ")})。現在の内容を使います`,
  },
  "plan.publish_dress": { en: (_: object) => "comments or grants only", ja: () => "コメントか権限のみ" },
  "plan.warn_untracked_file": {
    en: (p: { file: string }) => `${p.file} is read by a model but not committed; its content now is used`,
    ja: (p) => `${p.file} はモデルが参照していますが、コミットされていません。現在の内容を使います`,
  },
  "plan.warn_hooks": {
    en: (p: { count: number }) => `each build runs ${count(p.count, "on-run hook")} of the project`,
    ja: (p) => `プロジェクトの on-run フック ${p.count}件をビルドのたびに実行します`,
  },
  "plan.warn_paused": {
    en: (p: { environment: string }) => `${p.environment} is paused since a rollback; this deployment is by hand`,
    ja: (p) => `${p.environment} はロールバック後に一時停止中です。これは手動のデプロイです`,
  },
  "plan.warn_key_format": {
    en: (p: { format: number; count: number }) => `key format ${p.format}: ${count(p.count, "node")} rebuilt`,
    ja: (p) => `キー形式 ${p.format}: ${p.count}件のノードを再ビルドします`,
  },
  "plan.unpublish_removed": { en: (_: object) => "model removed", ja: () => "モデルを削除" },
  "plan.unpublish_renamed": {
    en: (p: { to: string }) => `now published as ${p.to}`,
    ja: (p) => `${p.to} に変更`,
  },
  "plan.adopt_table": {
    en: (p: { kind: string }) => `a ${p.kind} that Slipway did not make stands there; it is set aside in the switch`,
    ja: (p) => `Slipway 以外が作った ${p.kind} があります。切り替え時に退避します`,
  },
  "plan.rollback_first": {
    en: (_: object) => "eject returns to plain dbt",
    ja: () => "eject で dbt だけの状態に戻せます",
  },
  "plan.rollback_collected": {
    en: (p: { release: number; count: number }) =>
      `r${p.release}: ${count(p.count, "collected version")} would be built again`,
    ja: (p) => `r${p.release}: ${p.count}件のバージョンは削除済みのため、再ビルドが必要です`,
  },
  "plan.rollback_snapshot": {
    en: (p: { name: string }) => `rows added to snapshot ${p.name} stay`,
    ja: (p) => `スナップショット ${p.name} に追加した行は残ります`,
  },
  "plan.rollback_adopted": {
    en: (p: { count: number }) => `${count(p.count, "adopted original")} kept until eject`,
    ja: (p) => `引き継いだ元のテーブル ${p.count}件は eject まで保管します`,
  },
  "plan.selector_bad": {
    en: (p: { selector: string }) => `the selector '${p.selector}' cannot be read`,
    ja: (p) => `セレクター '${p.selector}' を解釈できません`,
  },
  "plan.selector_empty": {
    en: (p: { selector: string }) => `the selector '${p.selector}' matches no node`,
    ja: (p) => `セレクター '${p.selector}' に一致するノードがありません`,
  },
  "plan.selector_near": {
    en: (p: { near: string }) => `did you mean '${p.near}'?`,
    ja: (p) => `'${p.near}' のことですか?`,
  },
  "plan.selector_empty_hint": {
    en: (_: object) => "names of nodes are listed by  slipway plan --all",
    ja: () => "ノード名の一覧:  slipway plan --all",
  },
  "plan.selector_method": {
    en: (p: { method: string }) => `the selector method '${p.method}:' is not supported`,
    ja: (p) => `セレクターのメソッド '${p.method}:' には対応していません`,
  },
  "plan.selector_method_hint": {
    en: (p: { methods: string }) => `use one of: ${p.methods} config.NAME`,
    ja: (p) => `使えるもの: ${p.methods} config.NAME`,
  },
  "plan.unsupported_setting": {
    en: (p: { setting: string; environment: string }) => `${p.environment}: '${p.setting}' does not work yet`,
    ja: (p) => `${p.environment}: '${p.setting}' はまだ使えません`,
  },
  "plan.unsupported_setting_hint": {
    en: (_: object) => "take it out of slipway.yml for now",
    ja: () => "今は slipway.yml から外してください",
  },
  "plan.unsupported_grant": {
    en: (p: { node: string; privileges: string }) =>
      `${p.node} grants ${p.privileges}: consumers of a published name may only select`,
    ja: (p) => `${p.node} は ${p.privileges} を許可しています。公開名の利用者に許可できるのは select だけです`,
  },
  "plan.unsupported_grant_hint": {
    en: (_: object) => "leave only select in its grants",
    ja: () => "grants には select だけを残してください",
  },
});
