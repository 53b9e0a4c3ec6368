// Texts of flow: what acts say when they begin, wait, stop and end.
import { defineTexts } from "./define.ts";
import { count } from "./words.ts";

const listed = (names: string[], total: number): string => names.join(", ") + (total > names.length ? ", .." : "");

export const flow = defineTexts({
  "flow.no_dbt_project": {
    en: (p: { folder: string }) => `no dbt_project.yml in ${p.folder} or above it`,
    ja: (p) => `${p.folder} にもその上のフォルダーにも dbt_project.yml がありません`,
  },
  "flow.no_dbt_project_hint": {
    en: (_: object) => "go to the folder of your dbt project, or name it:  slipway --project-dir DIR ..",
    ja: () => "dbt プロジェクトのフォルダーに移動するか、指定してください:  slipway --project-dir DIR ..",
  },
  "flow.no_config": {
    en: (p: { folder: string }) => `there is no slipway.yml in ${p.folder} yet`,
    ja: (p) => `${p.folder} にはまだ slipway.yml がありません`,
  },
  "flow.no_config_hint": { en: (_: object) => "make one:  slipway init", ja: () => "作成してください:  slipway init" },
  "flow.no_project_name": {
    en: (_: object) => "dbt_project.yml has no name, or is not YAML",
    ja: () => "dbt_project.yml に name がないか、YAML として読めません",
  },
  "flow.no_project_name_hint": {
    en: (_: object) => "it needs a line such as  name: shop",
    ja: () => "name: shop のような行が必要です",
  },
  "flow.env_missing": {
    en: (p: { name: string; environment: string }) => `the environment value ${p.name} of ${p.environment} is not set`,
    ja: (p) => `${p.environment} の環境変数 ${p.name} が設定されていません`,
  },
  "flow.env_missing_hint": {
    en: (p: { name: string }) => `set it and run this again:  export ${p.name}=..`,
    ja: (p) => `設定してから、もう一度実行してください:  export ${p.name}=..`,
  },
  "flow.adapter_unsupported": {
    en: (p: { type: string; target: string }) =>
      `target ${p.target} is of type '${p.type}', which Slipway cannot publish to yet`,
    ja: (p) => `ターゲット ${p.target} の種類 '${p.type}' にはまだ対応していません`,
  },
  "flow.adapter_unsupported_hint": {
    en: (_: object) => "supported: duckdb, postgres",
    ja: () => "対応しているもの: duckdb, postgres",
  },
  "flow.parsed": {
    en: (p: { commit: string }) => `commit ${p.commit} parsed`,
    ja: (p) => `コミット ${p.commit} を解析`,
  },
  "flow.built": {
    en: (p: { built: number; reused: number }) => `${p.built} built, ${p.reused} reused`,
    ja: (p) => `${p.built}件をビルド、${p.reused}件を再利用`,
  },
  "flow.verified": {
    en: (p: { tests: number; verdict: string }) => `${count(p.tests, "test")}: ${p.verdict}`,
    ja: (p) => `${p.tests}件のテスト: ${p.verdict}`,
  },
  "flow.held": {
    en: (p: { environment: string; release: number }) => `r${p.release} is rejected; ${p.environment} was not changed`,
    ja: (p) => `r${p.release} は不採用です。${p.environment} は変わっていません`,
  },
  "flow.source_is_node": {
    en: (p: { kind: string; name: string; source: string }) =>
      `${p.kind} ${p.name} of this project makes that table: write ref('${p.name}') instead of ${p.source}, so that it is built first and its changes are seen`,
    ja: (p) =>
      `この表はこのプロジェクトの ${p.kind} ${p.name} が作ります。${p.source} の代わりに ref('${p.name}') と書けば、先にビルドされ、変更も反映されます`,
  },
  "flow.live": {
    en: (p: { environment: string; release: number }) => `${p.environment} serves r${p.release}`,
    ja: (p) => `${p.environment} は r${p.release} を公開中です`,
  },
  "flow.overridden": {
    en: (p: { environment: string }) =>
      `published in spite of failed tests (rule of ${p.environment}). Undo: slipway rollback ${p.environment}`,
    ja: (p) =>
      `${p.environment} の設定により、テスト不合格のまま公開しました。戻すには slipway rollback ${p.environment}`,
  },
  "flow.published_unaffected": {
    en: (p: { environment: string; published: number; held: number; names: string[]; failed: number }) =>
      `published ${p.published} in spite of ${p.failed > 0 ? count(p.failed, "failed test") : "what failed"}; ${p.held} held: ${listed(p.names, p.held)} (rule of ${p.environment}). Undo: slipway rollback ${p.environment}`,
    ja: (p) =>
      `${p.environment} の設定により、${p.failed > 0 ? `${p.failed}件のテストの不合格` : "失敗"}の影響を受けない ${p.published}件を公開し、${p.held}件を保留しました: ${listed(p.names, p.held)}。戻すには slipway rollback ${p.environment}`,
  },
  "flow.cancelled": { en: (_: object) => "stopped as asked", ja: () => "指示により停止しました" },
  "flow.lease_lost": {
    en: (p: { name: string }) => `the lease ${p.name} was lost: another process took over`,
    ja: (p) => `リース ${p.name} を失いました。別のプロセスが引き継いでいます`,
  },
  "flow.waiting_for": {
    en: (p: { what: string }) => `its turn to ${p.what}`,
    ja: (p) => `${p.what} の順番`,
  },
  "flow.waiting_for_file": {
    en: (_: object) => "the DuckDB file",
    ja: () => "DuckDB ファイルの解放",
  },
  "flow.locked": {
    en: (p: { what: string }) => `somebody is at it: ${p.what} is running`,
    ja: (p) => `ほかの処理が実行中です: ${p.what}`,
  },
  "flow.locked_who": {
    en: (p: { pid: number; host: string; since: string }) => `pid ${p.pid} on ${p.host}, since ${p.since}`,
    ja: (p) => `${p.host} の pid ${p.pid} (${p.since} から)`,
  },
  "flow.locked_hint": {
    en: (_: object) => "wait until it ends (slipway status), or stop it:  slipway cancel",
    ja: () => "終わるまで待つ (slipway status) か、停止してください:  slipway cancel",
  },
  "flow.nothing_changed": { en: (_: object) => "nothing was changed", ja: () => "何も変更していません" },
  "flow.nothing_published": {
    en: (p: { environment: string }) => `nothing was published; ${p.environment} serves what it served before`,
    ja: (p) => `何も公開していません。${p.environment} の公開内容はそのままです`,
  },
  "flow.outage": {
    en: (p: { name: string; message: string }) => `the build was cut short at ${p.name}: ${p.message}`,
    ja: (p) => `${p.name} のビルド中に中断されました: ${p.message}`,
  },
  "flow.outage_hint": {
    en: (p: { environment: string }) =>
      `when the database answers and the disk has room again:  slipway deploy ${p.environment}   (what was built is kept)`,
    ja: (p) =>
      `データベースとディスクの空きが戻ったら:  slipway deploy ${p.environment}   (ビルド済みのものは再利用します)`,
  },
  "flow.interrupted": {
    en: (p: { run: number; phase: string }) => `run ${p.run} was interrupted in ${p.phase}`,
    ja: (p) => `実行 ${p.run} は ${p.phase} の途中で中断しました`,
  },
  "flow.resumed": {
    en: (p: { run: number }) => `run ${p.run} was interrupted after its switch and is finished now`,
    ja: (p) => `切り替え後に中断した実行 ${p.run} を完了しました`,
  },
  "flow.reconciled": {
    en: (p: { environment: string; release: number }) =>
      p.release === 0
        ? `this database serves nothing of ${p.environment} yet: it is another one than before`
        : `this database serves r${p.release} of ${p.environment}: it was restored or exchanged`,
    ja: (p) =>
      p.release === 0
        ? `このデータベースは ${p.environment} をまだ公開していません (以前とは別のものです)`
        : `このデータベースは ${p.environment} の r${p.release} を公開しています (復元または交換されました)`,
  },
  "flow.in_the_way": {
    en: (p: { name: string }) => `${p.name} stands where a new version is to be built, and something reads it`,
    ja: (p) => `新しいバージョンを作る場所に ${p.name} があり、ほかから参照されています`,
  },
  "flow.in_the_way_hint": {
    en: (_: object) => "nothing was changed; drop it together with what reads it if nobody needs that",
    ja: () => "何も変更していません。不要であれば、参照しているものと一緒に削除してください",
  },
  "flow.internal": {
    en: (p: { message: string }) => `a fault of Slipway: ${p.message}`,
    ja: (p) => `Slipway の内部エラー: ${p.message}`,
  },
  "flow.read_back": {
    en: (p: { count: number; names: string[] }) =>
      `${count(p.count, "published name")} not pointing where it should: ${p.names.join("; ")}`,
    ja: (p) => `公開名 ${p.count}件が正しい先を指していません: ${p.names.join("; ")}`,
  },
  "flow.read_back_hint": {
    en: (p: { environment: string }) =>
      `somebody else changed them; 'slipway deploy ${p.environment}' points them back`,
    ja: (p) => `ほかの人が変更した可能性があります。'slipway deploy ${p.environment}' で戻ります`,
  },
  "flow.never_deployed": {
    en: (p: { environment: string }) => `nothing is deployed to ${p.environment} yet`,
    ja: (p) => `${p.environment} にはまだデプロイされていません`,
  },
  "flow.never_deployed_hint": {
    en: (p: { environment: string }) => `deploy a commit first:  slipway deploy ${p.environment}`,
    ja: (p) => `先にデプロイしてください:  slipway deploy ${p.environment}`,
  },
  "flow.plan_overtaken": {
    en: (p: { wanted: string; now: string }) =>
      `plan ${p.wanted} is overtaken: the world moved, the plan is ${p.now} now`,
    ja: (p) => `プラン ${p.wanted} は古くなりました。現在のプランは ${p.now} です`,
  },
  "flow.plan_overtaken_hint": {
    en: (p: { environment: string }) => `look at it again:  slipway plan ${p.environment}`,
    ja: (p) => `もう一度確認してください:  slipway plan ${p.environment}`,
  },
  "flow.required": {
    en: (p: { environment: string; required: string; commit: string }) =>
      `${p.environment} takes only releases that were verified in ${p.required}, and ${p.commit} was not`,
    ja: (p) => `${p.environment} は ${p.required} で検証済みのリリースだけを受け入れます。${p.commit} は未検証です`,
  },
  "flow.required_release": {
    en: (p: { environment: string; required: string; release: number }) =>
      `${p.environment} takes only releases that were verified in ${p.required}, and r${p.release} was not`,
    ja: (p) => `${p.environment} は ${p.required} で検証済みのリリースだけを受け入れます。r${p.release} は未検証です`,
  },
  "flow.required_hint": {
    en: (p: { required: string; commit: string; environment: string }) =>
      `slipway deploy ${p.required} --commit ${p.commit}   then   slipway deploy ${p.environment} --commit ${p.commit}`,
    ja: (p) =>
      `slipway deploy ${p.required} --commit ${p.commit}   次に   slipway deploy ${p.environment} --commit ${p.commit}`,
  },
  "flow.downstream_parse": {
    en: (p: { environment: string; message: string }) => `not parsed for ${p.environment} yet: ${p.message}`,
    ja: (p) => `${p.environment} 用の解析はまだです: ${p.message}`,
  },
  "flow.unknown_release": {
    en: (p: { release: string }) => `there is no release '${p.release}'`,
    ja: (p) => `リリース '${p.release}' はありません`,
  },
  "flow.unknown_release_hint": {
    en: (p: { newest: string[] }) =>
      `${p.newest.length === 1 ? "there is only" : "the newest are"} ${p.newest.join(", ")}; all:  slipway releases`,
    ja: (p) => `新しい順に ${p.newest.join(", ")}。一覧:  slipway releases`,
  },
  "flow.no_releases_hint": {
    en: (_: object) => "there are none yet:  slipway deploy",
    ja: () => "まだありません:  slipway deploy",
  },
  "flow.unknown_revision": {
    en: (p: { revision: number; newest: number }) => `there is no revision ${p.revision}; the newest is ${p.newest}`,
    ja: (p) => `リビジョン ${p.revision} はありません。最新は ${p.newest} です`,
  },
  "flow.already_live": {
    en: (p: { environment: string; release: number }) => `${p.environment} serves r${p.release} already`,
    ja: (p) => `${p.environment} はすでに r${p.release} を公開中です`,
  },
  "flow.already_live_hint": {
    en: (p: { environment: string }) => `slipway releases ${p.environment}  lists where you can go`,
    ja: (p) => `戻れるリリースの一覧:  slipway releases ${p.environment}`,
  },
  "flow.no_earlier": {
    en: (p: { environment: string; release: number }) => `${p.environment} has no earlier release than r${p.release}`,
    ja: (p) => `${p.environment} には r${p.release} より前のリリースがありません`,
  },
  "flow.no_earlier_hint": {
    en: (p: { environment: string }) => `back to plain dbt tables:  slipway eject ${p.environment}`,
    ja: (p) => `dbt だけのテーブルに戻すには:  slipway eject ${p.environment}`,
  },
  "flow.never_live_here": {
    en: (p: { environment: string; release: number }) => `r${p.release} was never live in ${p.environment}`,
    ja: (p) => `r${p.release} は ${p.environment} で公開されたことがありません`,
  },
  "flow.never_live_here_hint": {
    en: (p: { environment: string; release: number }) =>
      `hand it over instead:  slipway promote r${p.release} --to ${p.environment}`,
    ja: (p) => `昇格してください:  slipway promote r${p.release} --to ${p.environment}`,
  },
  "flow.collected": {
    en: (p: { release: number; count: number; names: string[] }) =>
      `r${p.release} was collected: ${count(p.count, "version")} gone (${p.names.join(", ")}${p.count > p.names.length ? ", .." : ""})`,
    ja: (p) =>
      `r${p.release} は削除済みです。バージョン ${p.count}件がありません (${p.names.join(", ")}${p.count > p.names.length ? ", .." : ""})`,
  },
  "flow.collected_hint": {
    en: (p: { environment: string; commit: string }) =>
      `build its commit again:  slipway deploy ${p.environment} --commit ${p.commit}`,
    ja: (p) => `そのコミットを再ビルドしてください:  slipway deploy ${p.environment} --commit ${p.commit}`,
  },
  "flow.not_in_release": {
    en: (p: { release: number }) => `not part of r${p.release}`,
    ja: (p) => `r${p.release} にはありません`,
  },
  "flow.gc_unneeded": { en: (_: object) => "no release needs it", ja: () => "必要とするリリースがありません" },
  "flow.gc_failed": { en: (_: object) => "its build failed", ja: () => "ビルドに失敗しました" },
  "flow.gc_unfinished": { en: (_: object) => "its build never finished", ja: () => "ビルドが完了していません" },
  "flow.gc_leftover": { en: (_: object) => "left over by an interrupted build", ja: () => "中断したビルドの残りです" },
  "flow.gc_interrupted": { en: (_: object) => "left over by an interrupted gc", ja: () => "中断した gc の残りです" },
  "flow.gc_copy": { en: (_: object) => "old copy of a snapshot", ja: () => "スナップショットの古いコピーです" },
  "flow.gc_kept": { en: (_: object) => "could not be dropped now", ja: () => "今は削除できません" },
  "flow.collected_now": {
    en: (p: { count: number }) => `${count(p.count, "relation")} removed`,
    ja: (p) => `${p.count}件のリレーションを削除`,
  },
  "flow.ejected": {
    en: (p: { environment: string; names: number }) => `${p.environment} is plain dbt again: ${count(p.names, "name")}`,
    ja: (p) => `${p.environment} は dbt だけの状態に戻りました: ${p.names}件`,
  },
  "flow.hand_over_whole": {
    en: (p: { environment: string }) =>
      `${p.environment} takes whole releases (requires); --select and --full-refresh do not go with that`,
    ja: (p) => `${p.environment} はリリース全体を受け入れます (requires)。--select と --full-refresh は使えません`,
  },
  "flow.hand_over_whole_hint": {
    en: (p: { required: string }) => `use them where it is built:  slipway deploy ${p.required} ..`,
    ja: (p) => `ビルドする環境で指定してください:  slipway deploy ${p.required} ..`,
  },
  "flow.not_whole": {
    en: (p: { release: number }) =>
      `r${p.release} was made with --select: it is not the whole commit, so it cannot be handed over`,
    ja: (p) => `r${p.release} は --select で作られたため、コミット全体ではありません。昇格できません`,
  },
  "flow.not_whole_hint": {
    en: (p: { commit: string }) =>
      `deploy the whole commit where it was made, then promote that:  slipway deploy --commit ${p.commit}`,
    ja: (p) => `元の環境でコミット全体をデプロイしてから昇格してください:  slipway deploy --commit ${p.commit}`,
  },
});
