// The demo's own words, English and Japanese side by side. Everything else on the screen is what Slipway and Git say.
import { withCommas } from "./play.ts";
import type { Told } from "./stage.ts";

const told = (en: string, ja: string): Told => ({ en, ja });
const yen = (value: number): string => withCommas(value);
const were = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

export const titles = {
  init: told("A dbt project meets Slipway", "dbt プロジェクトで Slipway を使い始める"),
  first: told("The first deployment, to staging", "staging への最初のデプロイ"),
  promote: told("The same release for prod", "同じリリースを prod へ"),
  change: told("One model changes", "モデルを 1つ変更"),
  broken: told("A commit whose test fails", "テストに失敗するコミット"),
  wrong: told("A wrong commit that passes its tests", "テストは通るが数字が誤っているコミット"),
  killed: told("kill -9 in the middle of a deployment", "デプロイの途中で kill -9"),
  data: told("New data", "新しいデータ"),
  daily: told("The daily job", "毎日のジョブ"),
};

export const story = {
  opening: (warehouse: string) =>
    told(
      `An online shop: 26 dbt nodes (two of them ephemeral), ${warehouse}, and two environments, staging and prod. Every command below is real and runs now; of long plans only the top is shown.`,
      `オンラインショップの dbt プロジェクトです。ノードは 26件 (うち ephemeral 2件)、データウェアハウスは ${warehouse}、環境は staging と prod です。以下のコマンドはすべて今ここで実行しています。長いプランは先頭だけ表示します。`,
    ),
  init: told(
    "The project is as dbt users have it: no line in it is about Slipway.",
    "どこにでもある dbt プロジェクトです。Slipway のための記述は 1行もありません。",
  ),
  first: told(
    "Everything is built beside what people read, tested there, and published at one instant.",
    "利用者から見えない場所にすべてをビルドし、そこでテストし、一度に公開します。",
  ),
  promote: told(
    "What staging built and tested is handed over. Only what belongs to prod alone is made anew: its snapshot, with what reads it.",
    "staging でビルドしてテストしたものを、そのまま prod に渡します。作り直すのは prod だけのもの、つまり prod のスナップショットとそれを読むノードだけです。",
  ),
  change: told(
    "Finance wants returned orders left out of the revenue. Why would revenue_daily be built again?",
    "経理の依頼で、返品された注文を売上から除きます。revenue_daily を再ビルドする理由を見てみます。",
  ),
  changeProd: told("Then the same for prod:", "同じものを prod にも出します。"),
  broken: told(
    "Orders get a payment method, by a join that doubles some of them. prod and staging before it:",
    "注文に支払方法を加えますが、結合の誤りで一部の注文が重複します。デプロイする前の prod:",
  ),
  wrong: told(
    "Somebody computes net revenue by taking 10% off. No test minds, and it goes to prod:",
    "税抜売上の計算を「10% を引く」に変えた人がいます。テストはすべて通り、prod に出てしまいます。",
  ),
  back: told("The figure is wrong. Back:", "数字が誤っています。元に戻します。"),
  killed: told(
    "The mistake is reverted and a new column added. While that is being built, the process is killed:",
    "誤りを取り消し、列を 1つ追加します。そのビルドの途中でプロセスを強制終了します。",
  ),
  again: told("The next command cleans up and finishes the job:", "次のコマンドが後始末をして、続きを終えます。"),
  data: told(
    "The next morning three orders arrive, and a new price. Same code, new data:",
    "翌朝、注文 3件と新しい価格が届きました。コードは同じで、データだけが新しくなります。",
  ),
  dataAgain: told("And once more, when nothing is new:", "新しいものが何もないときに、もう一度実行します。"),
  daily: told(
    "The five commands of a daily script become a job: one transaction, published when its tests have passed. By hand first; since the refresh nothing is new:",
    "毎日のスクリプトの 5つのコマンドをジョブにします。ジョブは 1つのトランザクションで、テストに合格すると公開されます。まず手で実行します (データ更新の後なので、新しいものはありません)。",
  ),
  closing: told("Where everything stands now:", "現在の状態です。"),
};

export const proofs = {
  configured: (names: string[]) =>
    told(
      `slipway.yml has an environment for each target of the profile: ${names.join(", ")}`,
      `slipway.yml にはプロファイルのターゲットごとの環境があります: ${names.join("、")}`,
    ),
  deployed: (built: number, october: number) =>
    told(
      `staging serves ${built} nodes, built and tested; October: gross ${yen(october)} yen`,
      `${built}件をビルドし、テスト後に公開。staging の 10月の税込売上は ${yen(october)}円`,
    ),
  onlySnapshot: (built: number, reused: number) =>
    told(
      `${reused} nodes of staging reused, ${built} built: prod's own snapshot`,
      `staging の ${reused}件を再利用、ビルドは ${built}件 (prod のスナップショット)`,
    ),
  sameFigures: (gross: number) =>
    told(
      `prod shows what staging shows: October, gross ${yen(gross)} yen`,
      `prod と staging の数字は同じです: 10月の税込売上 ${yen(gross)}円`,
    ),
  changedBuilt: (built: number, reused: number) =>
    told(
      `staging: ${built} built (revenue_daily and what reads it), ${reused} reused`,
      `staging: ${built}件をビルド (revenue_daily とそれを読むもの)、${reused}件を再利用`,
    ),
  nothingBuilt: (built: number) =>
    told(`prod: ${were(built, "node", "nodes")} built, all handed over`, `prod: ビルド ${built}件、すべて引き渡し`),
  moved: (before: number, after: number) =>
    told(
      `prod, October: gross ${yen(before)} yen before, ${yen(after)} yen after`,
      `prod の 10月の税込売上: 前 ${yen(before)}円、後 ${yen(after)}円`,
    ),
  refused: told(
    "The deployment ended with exit code 3: the verdict says no",
    "デプロイは終了コード 3 で終わりました (判定: 不合格)",
  ),
  untouched: (gross: number) =>
    told(
      `prod and staging, October: gross ${yen(gross)} yen before and after`,
      `prod と staging の 10月の税込売上: 前も後も ${yen(gross)}円`,
    ),
  wrongLive: (right: number, wrong: number) =>
    told(
      `prod, October: net ${yen(right)} yen before, ${yen(wrong)} yen now, which is wrong`,
      `prod の 10月の税抜売上: 前は ${yen(right)}円、今は誤った ${yen(wrong)}円`,
    ),
  rightAgain: (net: number) =>
    told(`prod, October: net ${yen(net)} yen again`, `prod の 10月の税抜売上: 元の ${yen(net)}円`),
  rollbackTime: (took: string, limit: string, busy: boolean) =>
    told(
      `The whole rollback, from Enter to the prompt: ${took} (limit ${limit}${busy ? ": busy machine" : ""})`,
      `ロールバックの所要時間: 入力から終了まで ${took} (上限 ${limit}${busy ? "、このマシンは混雑中" : ""})`,
    ),
  killedHow: (done: number, total: number) =>
    told(
      `Killed after ${done} of ${total} nodes: the process had no chance to say goodbye`,
      `${total}件中 ${done}件の時点で強制終了。後始末の機会はありませんでした`,
    ),
  killedUnseen: told("staging shows exactly what it showed before", "staging の数字は前とまったく同じです"),
  finished: (kept: number, built: number) =>
    told(
      `Finished: ${were(kept, "node that was", "nodes that were")} on record before the kill kept, ${built} built now`,
      `完了: 強制終了の前に記録済みの ${kept}件はそのまま使い、残りの ${built}件をビルド`,
    ),
  fixed: (net: number) =>
    told(`staging, October: net ${yen(net)} yen, right again`, `staging の 10月の税抜売上: ${yen(net)}円 (正しい値)`),
  refreshed: (before: number, after: number) =>
    told(`prod: ${before} orders before, ${after} after`, `prod の注文: 前 ${before}件、後 ${after}件`),
  refreshedPart: (built: number, reused: number) =>
    told(
      `Only what has new input was built: ${built}; ${reused} reused`,
      `新しい入力のある ${built}件だけをビルド、${reused}件を再利用`,
    ),
  jobRan: (orders: number) =>
    told(`The job succeeded; prod shows ${orders} orders`, `ジョブは成功し、prod の注文は ${orders}件です`),
  nothingNew: (took: string) =>
    told(`Nothing was built and nothing switched: ${took} in all`, `ビルドも切り替えもなし: 全体で ${took}`),
};

export const serving = {
  begins: told(
    "A server runs the job from now on. What it thinks of itself:",
    "ここからはサーバーがジョブを実行します。サーバーの状態:",
  ),
  elsewhere: told("In another terminal:", "別のターミナルで:"),
  commands: [
    ["runs prod", told("what ran, and why", "実行の履歴と、その理由")],
    ["job next daily", told("when it runs next", "次回の予定")],
    ["sql 'select * from dbt_run_results'", told("the evidence", "実行の記録")],
  ] as const,
  stop: told("Ctrl-C stops it.", "Ctrl-C で止まります。"),
};

export const endings = {
  good: (scenes: number, checks: number, took: string) =>
    told(
      `${scenes} scenes, ${checks} checks, ${took}: everything came out as told.`,
      `${scenes}場面、確認 ${checks}件、${took}。すべて説明どおりでした。`,
    ),
  bad: (failed: number, checks: number, took: string) =>
    told(
      `${failed} of ${checks} checks did not come out as told (${took}). Look for ✗ above; where later scenes need it, the story stops there.`,
      `確認 ${checks}件中 ${failed}件が説明どおりではありません (${took})。上の ✗ を見てください。後の場面に必要な確認であれば、そこで終わります。`,
    ),
  stopped: told("The demo was stopped; nothing is left behind.", "デモを中止しました。残ったものはありません。"),
  broke: told("The demo broke off:", "デモは途中で終わりました:"),
  next: told("What to try next", "次にできること"),
  releases: told("what was deployed, and what became of it", "デプロイの履歴と、その結果"),
  show: told("the release that was refused", "不採用になったリリース"),
  promote: (commit: string) => told(`hand ${commit} to prod`, `${commit} を prod に出す`),
  doctor: told("what Slipway thinks of the set-up", "設定と環境の診断"),
  yours: told("Your own dbt project", "自分の dbt プロジェクトで"),
  yourPath: told("your-dbt-project", "自分のプロジェクト"),
  dropped: told(
    "The database was dropped. To keep it and look around: npm run demo -- --postgres --keep",
    "データベースは削除しました。残して見て回るには: npm run demo -- --postgres --keep",
  ),
  remove: told("The demo's folder may be removed at any time:", "デモのフォルダーはいつ削除してもかまいません:"),
};
