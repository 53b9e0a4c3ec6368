// Texts of the server: its log, its runs, what stops it.
import { defineTexts } from "./define.ts";
import { count } from "./words.ts";

const line = (en: string, ja: string) => ({ en: (_: object) => en, ja: (_: object) => ja });

const ENDS: Record<string, string> = {
  succeeded: "成功",
  held: "保留",
  failed: "失敗",
  cancelled: "キャンセル",
  interrupted: "中断",
  skipped: "スキップ",
  queued: "待機中",
  running: "実行中",
};

export const serve = defineTexts({
  "serve.help": line("run jobs by themselves until stopped", "ジョブを自動で実行するサーバーを動かします"),
  "serve.opt_port": line(
    "port of /health (default: 8600; 0: any free one)",
    "/health のポート (既定: 8600、0 は空き番号)",
  ),
  "serve.opt_host": line("address to listen on (default: 127.0.0.1)", "待ち受けるアドレス (既定: 127.0.0.1)"),
  "serve.opt_workers": line(
    "runs at once, one per environment (default: 2)",
    "同時に実行する数、環境ごとに1つ (既定: 2)",
  ),
  "serve.opt_grace": line(
    "after SIGTERM runs may go on this long, then the next server has them (default: 5)",
    "SIGTERM の後に実行の終了を待つ秒数。過ぎると次のサーバーに引き継ぎます (既定: 5)",
  ),
  "serve.ex_serve": line("serve this project", "このプロジェクトの処理を始めます"),
  "serve.ex_serve_service": line(
    "as a service behind a load balancer",
    "ロードバランサーの背後でサービスとして動かします",
  ),
  "serve.not_in_range": {
    en: (p: { option: string; value: string; max: number }) =>
      `${p.option} is a whole number from 0 to ${p.max}, not '${p.value}'`,
    ja: (p) => `${p.option} は 0 から ${p.max} までの整数です ('${p.value}' は使えません)`,
  },
  "serve.help_run_cancel": line(
    "stop one run, cleanly; one that waits never starts",
    "1つの実行を安全に停止します。待機中なら開始しません",
  ),
  "serve.arg_run": line("number of a run", "実行の番号"),
  "serve.ex_run_cancel": line("stop run 412", "実行 412 を停止します"),
  "serve.help_job": line("jobs that slipway.yml declares", "slipway.yml で宣言したジョブです"),
  "serve.help_job_run": line(
    "run a job now: on the server, or here where none is",
    "ジョブを今すぐ実行します。サーバーがなければここで実行します",
  ),
  "serve.arg_job": line("name of a job in slipway.yml", "slipway.yml のジョブ名"),
  "serve.opt_vars": line(
    "values of variables for this run, as YAML or JSON",
    "この実行での変数の値 (YAML または JSON)",
  ),
  "serve.opt_threads": line("threads of dbt for this run", "この実行での dbt のスレッド数"),
  "serve.opt_full_refresh": line(
    "build incremental models from nothing",
    "インクリメンタルモデルを最初から作り直します",
  ),
  "serve.opt_no_wait": line("come back as soon as the run waits", "待機に入ったらすぐに戻ります"),
  "serve.ex_job_run": line("run the job daily", "ジョブ daily を実行します"),
  "serve.ex_job_run_vars": line("with another value", "変数の値を変えて実行します"),
  "serve.bad_vars": {
    en: (p: { text: string }) => `--vars takes names with values, not '${p.text}'`,
    ja: (p) => `--vars には名前と値の組を指定してください ('${p.text}' は使えません)`,
  },
  "serve.bad_vars_hint": {
    en: (_: object) => `--vars '{start_date: 2026-01-01, limit: 10}'`,
    ja: () => `--vars '{start_date: 2026-01-01, limit: 10}'`,
  },
  "serve.done": {
    en: (p: { project: string; runs: number; took: string }) =>
      `${p.project} was served for ${p.took}: ${count(p.runs, "run")}`,
    ja: (p) => `${p.project} の処理を終了しました。稼働 ${p.took}、実行 ${p.runs}件`,
  },
  "serve.done_waiting": {
    en: (p: { runs: number[] }) => `waiting for the next server: ${p.runs.map((run) => `run ${run}`).join(", ")}`,
    ja: (p) => `次のサーバーを待っています: ${p.runs.map((run) => `実行 ${run}`).join("、")}`,
  },
  "serve.run_stopped": {
    en: (p: { run: number; job: string | null; before: string; state: string }) =>
      `run ${p.run}${p.job ? ` (job ${p.job})` : ""}: ${p.before === p.state ? `${p.state} already` : `was ${p.before}, is ${p.state}`}`,
    ja: (p) =>
      `実行 ${p.run}${p.job ? ` (ジョブ ${p.job})` : ""}: ${p.before === p.state ? `すでに${ENDS[p.state] ?? p.state}` : `${ENDS[p.before] ?? p.before} -> ${ENDS[p.state] ?? p.state}`}`,
  },
  "serve.started": {
    en: (p: { project: string; address: string; workers: number }) =>
      `serving ${p.project}, ${count(p.workers, "worker")}, http://${p.address}/health`,
    ja: (p) => `${p.project} の処理を開始しました。ワーカー ${p.workers}、http://${p.address}/health`,
  },
  "serve.stopping": {
    en: (p: { running: number; grace: number }) =>
      p.running === 0
        ? "stopping"
        : `stopping: ${count(p.running, "run")} may end within ${p.grace} s. Again to stop at once`,
    ja: (p) =>
      p.running === 0
        ? "停止しています"
        : `停止しています。実行 ${p.running}件の終了を最大 ${p.grace} 秒待ちます。もう一度シグナルを送るとすぐに停止します`,
  },
  "serve.not_delisted": {
    en: (_: object) => "could not leave the list of servers; it is taken for dead in half a minute",
    ja: () => "サーバー一覧から削除できませんでした。30秒後に終了とみなされます",
  },
  "serve.stopped": { en: (_: object) => "stopped", ja: () => "停止しました" },
  "serve.duty_failed": {
    en: (p: { duty: string }) => `${p.duty}: does not work now, is tried again`,
    ja: (p) => `${p.duty}: 現在失敗しています。自動的に再試行します`,
  },
  "serve.duty_recovered": {
    en: (p: { duty: string; failures: number }) => `${p.duty}: works again after ${count(p.failures, "failure")}`,
    ja: (p) => `${p.duty}: 復旧しました (失敗 ${p.failures}回)`,
  },
  "serve.config_changed": {
    en: (_: object) => "slipway.yml has changed and is in force",
    ja: () => "slipway.yml の変更を反映しました",
  },
  "serve.config_broken": {
    en: (_: object) => "slipway.yml has mistakes; the last good one stays in force",
    ja: () => "slipway.yml に誤りがあります。直前の正しい設定を使い続けます",
  },
  "serve.project_renamed": {
    en: (p: { now: string; served: string }) =>
      `the project is called ${p.now} now; this server goes on with ${p.served} until it is started again`,
    ja: (p) =>
      `プロジェクト名が ${p.now} に変わりました。このサーバーは再起動するまで ${p.served} のまま処理を続けます`,
  },
  "serve.run_started": {
    en: (p: { run: number }) => `run ${p.run} started`,
    ja: (p) => `実行 ${p.run} を開始しました`,
  },
  "serve.run_ended": {
    en: (p: { run: number; state: string }) => `run ${p.run} ${p.state}`,
    ja: (p) => `実行 ${p.run}: ${ENDS[p.state] ?? p.state}`,
  },
  "serve.run_waits": {
    en: (p: { run: number }) => `run ${p.run} waits again: somebody else is at its environment`,
    ja: (p) => `実行 ${p.run} は待機に戻りました。環境がほかの処理で使用中です`,
  },
  "serve.run_taken_up": {
    en: (p: { run: number; state: string }) => `run ${p.run} of a process that is no more: ${p.state}`,
    ja: (p) => `終了したプロセスの実行 ${p.run}: ${ENDS[p.state] ?? p.state}`,
  },
  "serve.run_again": {
    en: (p: { run: number; again: number }) => `run ${p.run} was interrupted and is run again as run ${p.again}`,
    ja: (p) => `中断された実行 ${p.run} を、実行 ${p.again} として再実行します`,
  },
  "serve.again_reason": {
    en: (p: { run: number }) => `run ${p.run} was interrupted`,
    ja: (p) => `実行 ${p.run} が中断されたため`,
  },
  "serve.nothing_new": {
    en: (p: { environment: string }) => `nothing new for ${p.environment}`,
    ja: (p) => `${p.environment} に新しい内容はありません`,
  },
  "serve.request": {
    en: (p: { method: string; path: string; status: number }) => `${p.method} ${p.path} ${p.status}`,
    ja: (p) => `${p.method} ${p.path} ${p.status}`,
  },
  "serve.handed_over": {
    en: (_: object) => "stopped with its server; the next server begins it again",
    ja: () => "サーバーの停止に伴い停止しました。次のサーバーが最初から実行します",
  },
  "serve.stopped_with_server": {
    en: (_: object) =>
      "stopped with its server; it is not begun again by itself, because what its run-operation did outside would be done twice",
    ja: () =>
      "サーバーの停止に伴い停止しました。run-operation の処理が二重に行われるおそれがあるため、自動では再実行しません",
  },
  "serve.interrupted_twice": {
    en: (p: { run: number }) => `the process that carried out run ${p.run} has ended twice`,
    ja: (p) => `実行 ${p.run} を処理していたプロセスが2回終了しました`,
  },
  "serve.environment_gone": {
    en: (p: { environment: string }) =>
      `the process of this run has ended, and slipway.yml has no ${p.environment} any more`,
    ja: (p) => `この実行のプロセスは終了しており、slipway.yml に ${p.environment} がありません`,
  },
  "serve.port_taken": {
    en: (p: { address: string }) => `another program listens on ${p.address}`,
    ja: (p) => `${p.address} はほかのプログラムが使用しています`,
  },
  "serve.no_address": {
    en: (p: { address: string }) => `cannot listen on ${p.address}`,
    ja: (p) => `${p.address} で待ち受けできません`,
  },
  "serve.port_hint": {
    en: (_: object) => "choose another with --port (0: any free one) and --host",
    ja: () => "--port (0 は空いている番号) と --host で別のアドレスを指定してください",
  },
  "serve.served_already": {
    en: (p: { project: string }) => `${p.project} is served already`,
    ja: (p) => `${p.project} はすでに別のサーバーが処理しています`,
  },
  "serve.clock_differs": {
    en: (p: { seconds: number }) =>
      `this machine's clock is ${Math.abs(p.seconds)} s ${p.seconds < 0 ? "ahead of" : "behind"} the database server's, whose time counts`,
    ja: (p) =>
      `このマシンの時計はデータベースサーバーより ${Math.abs(p.seconds)}秒${p.seconds < 0 ? "進んでいます" : "遅れています"}。データベースサーバーの時刻を使います`,
  },
  "serve.same_name": {
    en: (p: { host: string; pid: number }) =>
      `another server that is at work goes by this one's name: pid ${p.pid} on ${p.host}`,
    ja: (p) => `稼働中の別のサーバーが同じ名前を使っています。${p.host} の pid ${p.pid}`,
  },
  "serve.same_name_hint": {
    en: (_: object) => "give each container or machine that shares this DATABASE_URL a host name of its own",
    ja: () => "同じ DATABASE_URL を使うコンテナやマシンには、それぞれ別のホスト名を付けてください",
  },
  "serve.served_by": {
    en: (p: { pid: number; host: string; address: string; since: string }) =>
      `pid ${p.pid} on ${p.host}, http://${p.address}/health, since ${p.since}`,
    ja: (p) => `${p.host} の pid ${p.pid}、http://${p.address}/health、${p.since} から`,
  },
  "serve.served_hint": {
    en: (_: object) => "the embedded state has one server; several share a PostgreSQL by DATABASE_URL",
    ja: () => "組み込みの状態データベースではサーバーは1つです。DATABASE_URL の PostgreSQL なら複数で共有できます",
  },
  "serve.refused": {
    en: (p: { job: string; run: number; state: string }) => `${p.job} was not started: run ${p.run} is ${p.state}`,
    ja: (p) => `${p.job} を開始しませんでした。実行 ${p.run} が${ENDS[p.state] ?? p.state}です`,
  },
  "serve.refused_hint": {
    en: (p: { run: number }) => `overlap: refuse. Follow it with  slipway run logs ${p.run} --follow`,
    ja: (p) => `overlap: refuse の設定です。様子は slipway run logs ${p.run} --follow で確認できます`,
  },
  "serve.joined": {
    en: (p: { run: number }) => `run ${p.run} waits already and does it as well`,
    ja: (p) => `待機中の実行 ${p.run} に含めました`,
  },
  "serve.waits_for_server": {
    en: (p: { run: number }) => `run ${p.run} waits: no server is running, start one with  slipway serve`,
    ja: (p) => `実行 ${p.run} は待機中です。サーバーがありません。slipway serve で開始してください`,
  },
  "serve.waits": {
    en: (p: { run: number; environment: string }) => `run ${p.run} waits for ${p.environment}`,
    ja: (p) => `実行 ${p.run} は ${p.environment} の空きを待っています`,
  },
  "serve.runs_there": {
    en: (p: { run: number; pid: number; host: string }) => `run ${p.run} is carried out by pid ${p.pid} on ${p.host}`,
    ja: (p) => `実行 ${p.run} は ${p.host} の pid ${p.pid} が処理しています`,
  },
  "serve.no_full_refresh": {
    en: (p: { job: string }) => `${p.job} is never fully refreshed (full_refresh: never)`,
    ja: (p) => `${p.job} では全件再構築できません (full_refresh: never)`,
  },
  "serve.follow_left": {
    en: (p: { run: number }) => `run ${p.run} goes on; stop it with  slipway run cancel ${p.run}`,
    ja: (p) => `実行 ${p.run} は続いています。止めるには slipway run cancel ${p.run}`,
  },
  "serve.cancelled_queued": {
    en: (p: { who: string }) => `taken back by ${p.who} before it started`,
    ja: (p) => `開始前に ${p.who} が取り消しました`,
  },
  "serve.not_stopped": {
    en: (p: { run: number }) => `run ${p.run} has not stopped yet`,
    ja: (p) => `実行 ${p.run} はまだ停止していません`,
  },
});
