// Texts of the screens about plans and deployments.
import { defineTexts } from "./define.ts";
import { count, digits } from "./words.ts";

interface Ref {
  environment: string;
  release: number;
  commit: string;
}

export const cliPlan = defineTexts({
  "cli.from_live": {
    en: (p: { release: number; commit: string; age: string }) => `r${p.release} (${p.commit}, live ${p.age})`,
    ja: (p) => `r${p.release} (${p.commit}、公開から ${p.age})`,
  },
  "cli.from_nothing": { en: (_: object) => "nothing deployed yet", ja: () => "まだデプロイなし" },
  "cli.left_out": {
    en: (p: { count: number; files: string }) => `Left out: ${count(p.count, "uncommitted file")} (${p.files})`,
    ja: (p) => `対象外: コミットしていない ${digits(p.count)}ファイル (${p.files})`,
  },
  "cli.build": { en: (p: { count: number }) => `Build ${digits(p.count)}`, ja: (p) => `ビルド ${digits(p.count)}件` },
  "cli.and_more": {
    en: (p: { count: number; option: string }) => `.. and ${digits(p.count)} more (${p.option} lists them)`,
    ja: (p) => `.. ほか ${digits(p.count)}件 (${p.option} で一覧)`,
  },
  "cli.reuse": { en: (p: { count: number }) => `Reuse ${digits(p.count)}`, ja: (p) => `再利用 ${digits(p.count)}件` },
  "cli.reuse_live": {
    en: (p: { count: number; environment: string }) => `${digits(p.count)} live in ${p.environment}`,
    ja: (p) => `${p.environment} で公開中 ${digits(p.count)}`,
  },
  "cli.reuse_built": {
    en: (p: { count: number; environment: string | null }) =>
      p.environment ? `${digits(p.count)} built for ${p.environment}` : `${digits(p.count)} built before`,
    ja: (p) => (p.environment ? `${p.environment} 用にビルド済み ${digits(p.count)}` : `ビルド済み ${digits(p.count)}`),
  },
  "cli.reuse_live_one": {
    en: (p: { environment: string }) => `live in ${p.environment}`,
    ja: (p) => `${p.environment} で公開中`,
  },
  "cli.reuse_built_one": {
    en: (p: { environment: string | null }) => (p.environment ? `built for ${p.environment}` : "built before"),
    ja: (p) => (p.environment ? `${p.environment} 用にビルド済み` : "ビルド済み"),
  },
  "cli.all_lists": { en: (_: object) => "--all lists them", ja: () => "--all で一覧" },
  "cli.publish": { en: (p: { count: number }) => `Publish ${digits(p.count)}`, ja: (p) => `公開 ${digits(p.count)}件` },
  "cli.unpublish": {
    en: (p: { count: number }) => `Unpublish ${digits(p.count)}`,
    ja: (p) => `公開終了 ${digits(p.count)}件`,
  },
  "cli.adopt": { en: (p: { count: number }) => `Adopt ${digits(p.count)}`, ja: (p) => `引き継ぎ ${digits(p.count)}件` },
  "cli.adopt_how": {
    en: (p: { names: string }) => `${p.names}: set aside in the switch`,
    ja: (p) => `${p.names}: 切り替えのときに退避`,
  },
  "cli.impact": { en: (_: object) => "Impact", ja: () => "影響範囲" },
  "cli.impact_exposure": {
    en: (p: { type: string; name: string; owner: string | null }) =>
      `${p.type} ${p.name}${p.owner ? ` (owner ${p.owner})` : ""}`,
    ja: (p) => `${p.type} ${p.name}${p.owner ? ` (オーナー ${p.owner})` : ""}`,
  },
  "cli.impact_datasets": {
    en: (p: { count: number; owner: string | null }) =>
      `${count(p.count, "dataset")}${p.owner ? ` of ${p.owner}` : ""}`,
    ja: (p) => `${p.owner ? `${p.owner} の` : ""}データセット ${digits(p.count)}件`,
  },
  "cli.checks": { en: (_: object) => "Checks", ja: () => "テスト" },
  "cli.checks_are": {
    en: (p: { tests: number; unitTests: number; reused: number }) => {
      const more = [
        ...(p.unitTests ? [count(p.unitTests, "unit test")] : []),
        ...(p.reused ? [`${digits(p.reused)} passed before`] : []),
      ];
      return p.tests === 0
        ? "no tests"
        : `${count(p.tests, "test")}${more.length ? ` (${more.join(", ")})` : ""}, on the new tables`;
    },
    ja: (p) => {
      const more = [
        ...(p.unitTests ? [`単体テスト ${digits(p.unitTests)}件`] : []),
        ...(p.reused ? [`合格済み ${digits(p.reused)}件`] : []),
      ];
      return p.tests === 0
        ? "テストなし"
        : `${digits(p.tests)}件${more.length ? ` (${more.join("、")})` : ""}、新しいテーブルで実行`;
    },
  },
  "cli.rollback": { en: (_: object) => "Rollback", ja: () => "ロールバック" },
  "cli.rollback_class": {
    en: (p: { kind: "reversible" | "rebuild" | "irreversible"; to: number | null; why: string }) => {
      const why = p.why ? `: ${p.why}` : "";
      if (p.to === null) return `none before this one${why}`;
      if (p.kind === "irreversible") return `not reversible${why}`;
      return p.kind === "rebuild" ? `reversible to r${p.to} with a rebuild${why}` : `reversible to r${p.to}${why}`;
    },
    ja: (p) => {
      const why = p.why ? `: ${p.why}` : "";
      if (p.to === null) return `戻る先なし (最初のリリース)${why}`;
      if (p.kind === "irreversible") return `戻せません${why}`;
      return p.kind === "rebuild" ? `再ビルドして r${p.to} に戻せます${why}` : `r${p.to} に戻せます${why}`;
    },
  },
  "cli.time": { en: (_: object) => "Time", ja: () => "時間" },
  "cli.time_is": {
    en: (p: { estimate: string | null }) =>
      `${p.estimate ? `${p.estimate}, then` : "not known yet;"} one switch. Nothing has run yet.`,
    ja: (p) => `${p.estimate ? `${p.estimate}、` : "実績なし、"}最後に 1回で切り替え。まだ何も実行していません。`,
  },
  "cli.plan_next": {
    en: (p: { planId: string; act: string }) => `Plan ${p.planId}. To do it: ${p.act}`,
    ja: (p) => `プラン ${p.planId}  実行: ${p.act}`,
  },
  "cli.plan_why": {
    en: (p: { explain: string }) => `Why: ${p.explain}`,
    ja: (p) => `理由: ${p.explain}`,
  },
  "cli.plan_stops": {
    en: (p: { count: number }) => `This plan cannot run: ${count(p.count, "problem")}. Nothing was changed.`,
    ja: (p) => `このプランは実行できません (問題 ${digits(p.count)}件)。何も変わっていません。`,
  },
  "cli.plan_nothing": {
    en: (p: Ref) => `Nothing to do: ${p.environment} serves exactly this, r${p.release} (${p.commit}).`,
    ja: (p) => `することはありません。${p.environment} は r${p.release} (${p.commit}) を公開中で、これと同じです。`,
  },
  "cli.how_full": { en: (_: object) => "full build", ja: () => "全件ビルド" },
  "cli.how_clone": { en: (_: object) => "increment on a copy", ja: () => "コピーに追記" },
  "cli.how_in_place": { en: (_: object) => "written in place", ja: () => "直接書き込み" },
  "cli.explain_head": {
    en: (p: { name: string; action: string; from: string | null; to: string }) =>
      `${p.name}: ${p.action}, ${p.from === null ? `not live here yet, key ${p.to}` : p.from === p.to ? `key ${p.to}` : `key ${p.from} -> ${p.to}`}`,
    ja: (p) =>
      `${p.name}: ${p.action}、${p.from === null ? `ここではまだ公開なし、キー ${p.to}` : p.from === p.to ? `キー ${p.to}` : `キー ${p.from} -> ${p.to}`}`,
  },
  "cli.state_same": { en: (_: object) => "same", ja: () => "同じ" },
  "cli.state_changed": { en: (_: object) => "changed", ja: () => "変更" },
  "cli.state_new": { en: (_: object) => "new", ja: () => "新規" },
  "cli.state_removed": { en: (_: object) => "removed", ja: () => "削除" },
  "cli.explain_all": { en: (_: object) => "--all prints every value", ja: () => "--all で値を表示" },
  "cli.since_commit": {
    en: (p: { commit: string; author: string; time: string }) => `Since ${p.commit}, ${p.author}, ${p.time}`,
    ja: (p) => `${p.commit} から (${p.author}、${p.time})`,
  },
  "cli.stage_build": { en: (_: object) => "build", ja: () => "ビルド" },
  "cli.stage_verify": { en: (_: object) => "verify", ja: () => "検証" },
  "cli.stage_promote": { en: (_: object) => "promote", ja: () => "昇格" },
  "cli.built": {
    en: (p: { built: number; reused: number; failed: number; skipped: number }) =>
      `${digits(p.built)} built, ${digits(p.reused)} reused${p.failed ? `, ${digits(p.failed)} failed` : ""}${p.skipped ? `, ${digits(p.skipped)} skipped` : ""}`,
    ja: (p) =>
      `${digits(p.built)}件をビルド、${digits(p.reused)}件を再利用${p.failed ? `、${digits(p.failed)}件が失敗` : ""}${p.skipped ? `、${digits(p.skipped)}件をスキップ` : ""}`,
  },
  "cli.tested": {
    en: (p: { total: number; parts: string }) => (p.total === 0 ? "no tests" : `${count(p.total, "test")}: ${p.parts}`),
    ja: (p) => (p.total === 0 ? "テストなし" : `${digits(p.total)}件のテスト: ${p.parts}`),
  },
  "cli.known_tests": {
    en: (p: { n: number }) => `${digits(p.n)} known from before`,
    ja: (p) => `うち${digits(p.n)}件は以前の結果`,
  },
  "cli.promoted": {
    en: (p: { published: number; unpublished: number; adopted: number; switchTime: string }) =>
      `${digits(p.published)} published${p.unpublished ? `, ${digits(p.unpublished)} unpublished` : ""}${p.adopted ? `, ${digits(p.adopted)} adopted` : ""}, switched in ${p.switchTime}`,
    ja: (p) =>
      `${digits(p.published)}件を公開${p.unpublished ? `、${digits(p.unpublished)}件を公開終了` : ""}${p.adopted ? `、${digits(p.adopted)}件を引き継ぎ` : ""}、${p.switchTime} で切り替え`,
  },
  "cli.serves_since": {
    en: (p: Ref & { time: string }) => `${p.environment} serves r${p.release} (${p.commit}) since ${p.time}.`,
    ja: (p) => `${p.environment} は ${p.time} から r${p.release} (${p.commit}) を公開中です。`,
  },
  "cli.not_changed": {
    en: (p: { environment: string; serves: { release: number; commit: string } | null }) =>
      `${p.environment} was not changed. ${p.serves ? `It still serves r${p.serves.release} (${p.serves.commit}).` : "It serves no release yet."}`,
    ja: (p) =>
      `${p.environment} は変わっていません。${p.serves ? `r${p.serves.release} (${p.serves.commit}) を公開中です。` : "まだリリースはありません。"}`,
  },
  "cli.is_rejected": {
    en: (p: { release: number }) => `r${p.release} is rejected.`,
    ja: (p) => `r${p.release} は不採用。`,
  },
  "cli.run_took": {
    en: (p: { run: number | null; time: string | null }) =>
      `${p.run === null ? "" : `Run ${p.run}`}${p.run !== null && p.time ? ", " : ""}${p.time ?? ""}.`,
    ja: (p) => `${p.run === null ? "" : `実行 ${p.run}`}${p.run !== null && p.time ? "、" : ""}${p.time ?? ""}`,
  },
  "cli.resumed": {
    en: (_: object) => "An interrupted run was finished.",
    ja: () => "中断していた実行を完了しました。",
  },
  "cli.holds_back": { en: (p: { names: string }) => `holds back: ${p.names}`, ja: (p) => `保留: ${p.names}` },
  "cli.skipped_below": { en: (p: { names: string }) => `skipped: ${p.names}`, ja: (p) => `スキップ: ${p.names}` },
  "cli.rows_at": { en: (p: { command: string }) => `Rows: ${p.command}`, ja: (p) => `行の確認: ${p.command}` },
  "cli.next_fix": {
    en: (p: { command: string; again: { nodes: number; of: number } | null }) =>
      `Next: fix, commit, ${p.command}${p.again ? ` (${digits(p.again.nodes)} of ${count(p.again.of, "node")} to build again)` : ""}`,
    ja: (p) =>
      `次の手順: 修正してコミットし、${p.command}${p.again ? ` (再ビルドは ${digits(p.again.of)}件中 ${digits(p.again.nodes)}件)` : ""}`,
  },
  "cli.undo": { en: (p: { command: string }) => `Undo: ${p.command}`, ja: (p) => `元に戻す: ${p.command}` },
  "cli.rows": { en: (p: { rows: number }) => count(p.rows, "row"), ja: (p) => `${digits(p.rows)}行` },
  "cli.a_warning": { en: (_: object) => "warning", ja: () => "警告" },
  "cli.nothing_new": {
    en: (p: { sources: number; nodes: number; release: number; time: string | null; took: string }) =>
      `Nothing new: ${count(p.sources, "source")} and ${count(p.nodes, "node")} as in r${p.release}${p.time ? ` (${p.time})` : ""}. ${p.took}`,
    ja: (p) =>
      `新しいデータはありません: ソース ${digits(p.sources)}件、ノード ${digits(p.nodes)}件は r${p.release}${p.time ? ` (${p.time})` : ""} と同じ。${p.took}`,
  },
  "cli.nothing_to_deploy": {
    en: (p: Ref & { took: string }) =>
      `Nothing to do: ${p.environment} serves r${p.release} (${p.commit}), built from this. ${p.took}`,
    ja: (p) =>
      `することはありません。${p.environment} は同じ内容の r${p.release} (${p.commit}) を公開中です。${p.took}`,
  },
});
