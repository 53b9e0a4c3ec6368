// Texts of the other acts: rollback, gc, eject, unlock, db, init, doctor; of questions, progress and errors.
import { defineTexts } from "./define.ts";
import { count, digits } from "./words.ts";

export const cliActs = defineTexts({
  "cli.rollback_from": {
    en: (p: { release: number; commit: string; age: string }) => `r${p.release} (${p.commit}, live ${p.age})`,
    ja: (p) => `r${p.release} (${p.commit}、公開から ${p.age})`,
  },
  "cli.data": { en: (_: object) => "Data", ja: () => "データ" },
  "cli.data_is": {
    en: (p: { time: string | null; same: boolean; release: number; toBuild: number }) =>
      `${p.time ? `as of ${p.time}${p.same ? `, as in r${p.release}` : ""}; ` : ""}${p.toBuild ? `${count(p.toBuild, "node")} built first` : "nothing is built"}`,
    ja: (p) =>
      `${p.time ? `${p.time} 時点${p.same ? ` (r${p.release} と同じ)` : ""}。` : ""}${p.toBuild ? `先に ${digits(p.toBuild)}件をビルド` : "ビルドはありません"}`,
  },
  "cli.lost": { en: (_: object) => "Lost", ja: () => "失うもの" },
  "cli.lost_nothing": {
    en: (p: { release: number; days: number | null }) =>
      `nothing; r${p.release} stays${p.days === null ? "" : ` for ${count(p.days, "day")}`}`,
    ja: (p) => `なし。r${p.release} は${p.days === null ? "" : ` ${digits(p.days)}日間`}残ります`,
  },
  "cli.then": { en: (_: object) => "Then", ja: () => "その後" },
  "cli.then_paused": {
    en: (p: { environment: string }) =>
      `no automatic deploys of ${p.environment} until: slipway resume ${p.environment}`,
    ja: (p) => `自動デプロイを停止。再開: slipway resume ${p.environment}`,
  },
  "cli.rolled_back": {
    en: (p: { environment: string; release: number; time: string; switchTime: string; names: number; took: string }) =>
      `${p.environment} serves r${p.release} since ${p.time}, switched in ${p.switchTime}, ${count(p.names, "name")} read back. ${p.took}`,
    ja: (p) =>
      `${p.environment} は ${p.time} から r${p.release} を公開中です。${p.switchTime} で切り替え、${digits(p.names)}件を確認。${p.took}`,
  },
  "cli.ask_deploy": {
    en: (p: { environment: string }) => `Deploy to ${p.environment}?`,
    ja: (p) => `${p.environment} にデプロイしますか?`,
  },
  "cli.ask_refresh": {
    en: (p: { environment: string }) => `Refresh ${p.environment}?`,
    ja: (p) => `${p.environment} のデータを更新しますか?`,
  },
  "cli.ask_promote": {
    en: (p: { environment: string; release: number | null }) =>
      `Promote${p.release === null ? "" : ` r${p.release}`} to ${p.environment}?`,
    ja: (p) => `${p.release === null ? "" : `r${p.release} を `}${p.environment} に昇格しますか?`,
  },
  "cli.ask_rollback": {
    en: (p: { environment: string; release: number }) => `Roll back ${p.environment} to r${p.release}?`,
    ja: (p) => `${p.environment} を r${p.release} にロールバックしますか?`,
  },
  "cli.ask_gc": {
    en: (p: { count: number }) => `Remove ${count(p.count, "relation")}?`,
    ja: (p) => `${digits(p.count)}件を削除しますか?`,
  },
  "cli.ask_unlock": {
    en: (p: { count: number }) => `Release ${count(p.count, "lease")}?`,
    ja: (p) => `リース ${digits(p.count)}件を解放しますか?`,
  },
  "cli.ask_eject": {
    en: (p: { environment: string; names: number }) =>
      `Eject turns ${count(p.names, "name")} of ${p.environment} into plain tables and removes its history.`,
    ja: (p) => `${p.environment} の ${digits(p.names)}件を通常のテーブルに戻し、履歴を削除します。`,
  },
  "cli.ask_downgrade": {
    en: (p: { from: string; to: string }) =>
      `Downgrade of Slipway's own schema from ${p.from} to ${p.to} can lose records.`,
    ja: (p) => `Slipway のスキーマを ${p.from} から ${p.to} に戻すと、記録を失うことがあります。`,
  },
  "cli.ask_name": {
    en: (p: { name: string }) => `Type ${p.name} to go on:`,
    ja: (p) => `続けるには ${p.name} と入力:`,
  },
  "cli.ask_reason": { en: (_: object) => "Reason:", ja: () => "理由:" },
  "cli.yes_or_no": { en: (_: object) => "(y/N)", ja: () => "(y/N)" },
  "cli.answer_no": {
    en: (_: object) => "Cancelled; nothing was changed.",
    ja: () => "キャンセルしました。何も変わっていません。",
  },
  "cli.needs_yes": {
    en: (p: { environment: string }) => `${p.environment} asks before acts, and there is no terminal to ask on`,
    ja: (p) => `${p.environment} は実行前に確認しますが、確認できる端末がありません`,
  },
  "cli.needs_irreversible": {
    en: (p: { environment: string }) => `this cannot be taken back in ${p.environment}`,
    ja: (p) => `${p.environment} では、この操作は元に戻せません`,
  },
  "cli.needs_confirm": {
    en: (p: { name: string }) => `this needs the name '${p.name}'`,
    ja: (p) => `名前 '${p.name}' の確認が必要です`,
  },
  "cli.needs_reason": { en: (_: object) => "this needs a reason", ja: () => "理由が必要です" },
  "cli.type_this": { en: (p: { command: string }) => `type: ${p.command}`, ja: (p) => `実行するには: ${p.command}` },
  "cli.gc_head": {
    en: (p: { environment: string | null; count: number; size: string | null }) =>
      `${p.environment ?? "all environments"}: ${count(p.count, "relation")} that no release needs${p.size ? `, ${p.size}` : ""}`,
    ja: (p) =>
      `${p.environment ?? "すべての環境"}: どのリリースにも不要 ${digits(p.count)}件${p.size ? `、${p.size}` : ""}`,
  },
  "cli.gc_nothing": {
    en: (p: { environment: string | null }) => `${p.environment ?? "all environments"}: nothing to remove`,
    ja: (p) => `${p.environment ?? "すべての環境"}: 削除するものはありません`,
  },
  "cli.gc_releases": {
    en: (p: { releases: string }) => `No way back any more to: ${p.releases}`,
    ja: (p) => `ロールバックできなくなるリリース: ${p.releases}`,
  },
  "cli.gc_keep": {
    en: (p: { versions: number; releases: number; size: string }) =>
      `Kept: ${count(p.versions, "version")} for ${count(p.releases, "release")}${p.size === "" ? "" : `, ${p.size}`}`,
    ja: (p) =>
      `保持: バージョン ${digits(p.versions)}件、リリース ${digits(p.releases)}件${p.size === "" ? "" : `、${p.size}`}`,
  },
  "cli.gc_shown": {
    en: (p: { command: string }) => `Nothing was removed. To do it: ${p.command}`,
    ja: (p) => `まだ何も削除していません。実行: ${p.command}`,
  },
  "cli.gc_done": {
    en: (p: { count: number; size: string | null; took: string }) =>
      `removed ${count(p.count, "relation")}${p.size ? `, ${p.size} freed` : ""}. ${p.took}`,
    ja: (p) => `${digits(p.count)}件を削除${p.size ? `、解放 ${p.size}` : ""}。${p.took}`,
  },
  "cli.gc_forgotten": {
    en: (p: { warehouse: string; versions: number }) =>
      `${p.warehouse} is forgotten, with ${count(p.versions, "version")}. Nothing was removed there.`,
    ja: (p) =>
      `${p.warehouse} の記録を終えました (バージョン ${digits(p.versions)}件)。そこからは何も削除していません。`,
  },
  "cli.at_least": { en: (p: { size: string }) => `at least ${p.size}`, ja: (p) => `${p.size} 以上` },
  "cli.ejected": {
    en: (p: { environment: string; names: number; tables: number; views: number; took: string }) =>
      `${p.environment} is plain dbt again: ${count(p.tables, "table")}, ${count(p.views, "view")}. ${p.took}`,
    ja: (p) =>
      `${p.environment} を通常の dbt に戻しました: テーブル ${digits(p.tables)}件、ビュー ${digits(p.views)}件。${p.took}`,
  },
  "cli.eject_removed": {
    en: (p: { versions: number; schemas: string[] }) =>
      `removed: ${count(p.versions, "version")}${p.schemas.length ? `, ${p.schemas.length === 1 ? "schema" : "schemas"} ${p.schemas.join(", ")}` : ""}`,
    ja: (p) =>
      `削除: バージョン ${digits(p.versions)}件${p.schemas.length ? `、スキーマ ${p.schemas.join("、")}` : ""}`,
  },
  "cli.unlocked": {
    en: (p: { environment: string; count: number }) =>
      p.count ? `released ${count(p.count, "lease")} of ${p.environment}` : `${p.environment} was not locked`,
    ja: (p) =>
      p.count
        ? `${p.environment} のリース ${digits(p.count)}件を解放しました`
        : `${p.environment} はロックされていません`,
  },
  "cli.lease": {
    en: (p: { what: string; holder: string; host: string; pid: number; alive: boolean | null; time: string }) =>
      `${p.what}, held by ${p.holder} (pid ${p.pid} on ${p.host}${p.alive === null ? "" : p.alive ? ", running" : ", gone"}) since ${p.time}`,
    ja: (p) =>
      `${p.what}、保持者 ${p.holder} (${p.host} の pid ${p.pid}${p.alive === null ? "" : p.alive ? "、動作中" : "、終了済み"})、${p.time} から`,
  },
  "cli.cancel_done": {
    en: (p: { run: number; kind: string; phase: string; actor: string }) =>
      `run ${p.run} (${p.kind}, by ${p.actor}) was stopped in ${p.phase}`,
    ja: (p) => `実行 ${p.run} (${p.kind}、${p.actor}) を ${p.phase} で停止しました`,
  },
  "cli.cancel_none": {
    en: (p: { environment: string }) => `Nothing is running in ${p.environment}.`,
    ja: (p) => `${p.environment} で実行中のものはありません。`,
  },
  "cli.statements_ended": {
    en: (p: { count: number }) => `${count(p.count, "statement")} of it ended in the warehouse`,
    ja: (p) => `DWH で実行中の文 ${digits(p.count)}件を終了しました`,
  },
  "cli.resume_done": {
    en: (p: { environment: string; wasPaused: boolean }) =>
      p.wasPaused ? `automatic deploys of ${p.environment} go on` : `${p.environment} was not paused`,
    ja: (p) => (p.wasPaused ? `${p.environment} の自動デプロイを再開しました` : `${p.environment} は停止していません`),
  },
  "cli.db_current": {
    en: (p: { current: string | null; head: string; database: string }) =>
      `${p.database}: ${p.current ?? "empty"}${p.current === p.head ? " (head)" : `, head is ${p.head}`}`,
    ja: (p) => `${p.database}: ${p.current ?? "空"}${p.current === p.head ? " (head)" : `、head は ${p.head}`}`,
  },
  "cli.db_applied": { en: (p: { time: string }) => `applied ${p.time}`, ja: (p) => `適用 ${p.time}` },
  "cli.db_pending": { en: (_: object) => "not applied", ja: () => "未適用" },
  "cli.db_nothing": { en: (_: object) => "nothing to do", ja: () => "することはありません" },
  "cli.init_profile": {
    en: (p: { profile: string; targets: string }) => `profile ${p.profile}: ${p.targets}`,
    ja: (p) => `プロファイル ${p.profile}: ${p.targets}`,
  },
  "cli.init_default": { en: (p: { name: string }) => `${p.name} (default)`, ja: (p) => `${p.name} (既定)` },
  "cli.init_config": {
    en: (p: { count: number }) => `${count(p.count, "environment")}; published names as plain dbt would use`,
    ja: (p) => `環境 ${digits(p.count)}件。公開名は通常の dbt と同じ`,
  },
  "cli.init_kept": { en: (_: object) => "kept as it is", ja: () => "既存のまま" },
  "cli.init_ignore": { en: (_: object) => "keeps .slipway/ out of Git", ja: () => ".slipway/ を Git の対象外に" },
  "cli.init_schema": { en: (_: object) => "help for editors", ja: () => "エディターの入力補助" },
  "cli.init_next": {
    en: (p: { command: string }) => `Next: commit slipway.yml, then  ${p.command}`,
    ja: (p) => `次の手順: slipway.yml をコミットし、${p.command}`,
  },
  "cli.doctor_total": {
    en: (p: { problems: number; warnings: number }) =>
      [
        ...(p.problems ? [count(p.problems, "problem")] : []),
        ...(p.warnings ? [count(p.warnings, "warning")] : []),
      ].join(", ") || "all is well",
    ja: (p) =>
      [
        ...(p.problems ? [`問題 ${digits(p.problems)}件`] : []),
        ...(p.warnings ? [`警告 ${digits(p.warnings)}件`] : []),
      ].join("、") || "問題はありません",
  },
  "cli.error": { en: (_: object) => "error:", ja: () => "エラー:" },
  "cli.label_where": { en: (_: object) => "where", ja: () => "場所" },
  "cli.label_who": { en: (_: object) => "who", ja: () => "使用者" },
  "cli.label_why": { en: (_: object) => "why", ja: () => "理由" },
  "cli.label_done": { en: (_: object) => "done", ja: () => "状態" },
  "cli.label_next": { en: (_: object) => "next", ja: () => "次に" },
  "cli.label_code": { en: (_: object) => "code", ja: () => "コード" },
  "cli.more_problems": {
    en: (p: { count: number }) => `.. and ${digits(p.count)} more`,
    ja: (p) => `.. ほか ${digits(p.count)}件`,
  },
  "cli.phase": {
    en: (p: { phase: string }) => p.phase,
    ja: (p) =>
      ({ ingest: "取り込み", plan: "プラン", build: "ビルド", verify: "検証", promote: "昇格", check: "確認" })[
        p.phase
      ] ?? p.phase,
  },
  "cli.of_estimate": {
    en: (p: { elapsed: string; estimate: string | null }) => `${p.elapsed}${p.estimate ? ` of ${p.estimate}` : ""}`,
    ja: (p) => `${p.elapsed}${p.estimate ? ` / ${p.estimate}` : ""}`,
  },
  "cli.waiting": {
    en: (p: { what: string; holder: string; max: string }) => `waiting for ${p.what}: ${p.holder} (at most ${p.max})`,
    ja: (p) => `${p.what}を待っています: ${p.holder} (最長 ${p.max})`,
  },
  "cli.still": {
    en: (p: { phase: string; elapsed: string; what: string }) =>
      `still ${p.phase}, ${p.elapsed}${p.what ? `: ${p.what}` : ""}`,
    ja: (p) => `${p.phase}を継続中、${p.elapsed}${p.what ? `: ${p.what}` : ""}`,
  },
  "cli.resuming": {
    en: (p: { run: number; kind: string; environment: string; phase: string }) =>
      `run ${p.run} (${p.kind} of ${p.environment}) was interrupted in ${p.phase}: finishing it first`,
    ja: (p) => `実行 ${p.run} (${p.environment} の ${p.kind}) は ${p.phase} で中断しています。先に完了させます`,
  },
  "cli.switched": {
    en: (p: { environment: string; release: number; time: string }) => `${p.environment} -> r${p.release} in ${p.time}`,
    ja: (p) => `${p.environment} -> r${p.release} (${p.time})`,
  },
});
