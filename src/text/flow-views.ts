// Texts of what flow reads out: explanations of keys, doctor's checks, init, cancel and unlock.
import { defineTexts } from "./define.ts";

export const flowViews = defineTexts({
  "views.names": { en: (p: { names: string }) => p.names, ja: (p) => p.names },
  "views.because": {
    en: (p: { names: string; causes: string }) => `${p.names}, because ${p.causes} changed`,
    ja: (p) => `${p.names} (${p.causes} の変更による)`,
  },
  "views.no_test": {
    en: (p: { test: string; release: number }) => `r${p.release} has no test '${p.test}'`,
    ja: (p) => `r${p.release} に '${p.test}' というテストはありません`,
  },
  "views.no_test_hint": {
    en: (p: { release: number }) => `its tests are listed by  slipway show r${p.release} --all`,
    ja: (p) => `テストの一覧:  slipway show r${p.release} --all`,
  },
  "views.rows_gone": {
    en: (p: { test: string; release: number }) =>
      `the rows of ${p.test} cannot be read: the relations of r${p.release} may be gone`,
    ja: (p) => `${p.test} の行を読めません。r${p.release} のリレーションは削除済みかもしれません`,
  },
  "views.rows_gone_hint": {
    en: (_: object) => "deploy the commit again to build and test it anew",
    ja: () => "もう一度コミットをデプロイすると、ビルドとテストをやり直せます",
  },
  "views.waiting_for_end": { en: (_: object) => "the run to stop", ja: () => "実行の停止" },
  "views.not_stopped": {
    en: (p: { environment: string; holder: string }) => `the run on ${p.environment} has not stopped yet: ${p.holder}`,
    ja: (p) => `${p.environment} の実行がまだ停止していません: ${p.holder}`,
  },
  "views.not_stopped_hint": {
    en: (p: { environment: string }) => `it was asked to; look again with  slipway status ${p.environment}`,
    ja: (p) => `停止は要求済みです。状態の確認:  slipway status ${p.environment}`,
  },
  "init.none_below": {
    en: (p: { folder: string }) => `no dbt_project.yml in ${p.folder} or below it`,
    ja: (p) => `${p.folder} とその下に dbt_project.yml がありません`,
  },
  "init.none_below_hint": {
    en: (_: object) => "name the folder of the dbt project:  slipway init DIR",
    ja: () => "dbt プロジェクトのフォルダーを指定してください:  slipway init DIR",
  },
  "init.several_below": {
    en: (p: { folder: string; count: number }) => `${p.count} dbt projects below ${p.folder}`,
    ja: (p) => `${p.folder} の下に dbt プロジェクトが ${p.count}件あります`,
  },
  "init.several_below_hint": {
    en: (p: { folders: string }) => `name one of them:  ${p.folders}`,
    ja: (p) => `どれかを指定してください:  ${p.folders}`,
  },
  "views.no_node": {
    en: (p: { node: string }) => `the project has no model, seed or snapshot '${p.node}'`,
    ja: (p) => `プロジェクトに '${p.node}' というモデル、シード、スナップショットはありません`,
  },
});
