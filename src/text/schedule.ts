// Texts of schedules: cron expressions, calendars, excluded periods, what became of an occurrence.
import { defineTexts } from "./define.ts";
import { count, digits } from "./words.ts";

const FIELDS: Record<string, string> = { minute: "分", hour: "時", day: "日", month: "月", weekday: "曜日" };
const DAYS: Record<string, string> = { mon: "月", tue: "火", wed: "水", thu: "木", fri: "金", sat: "土", sun: "日" };
const STATES: Record<string, string> = {
  merged: "統合",
  refused: "不受理",
  excluded: "除外",
  missed: "未実行",
};
const line = (en: string, ja: string) => ({ en: (_: object) => en, ja: (_: object) => ja });
const because = (reason: string | null, what: string): string => (reason === null ? what : `${reason} (${what})`);

export const schedule = defineTexts({
  "schedule.help_list": line("all jobs, what starts them, when next", "ジョブの一覧と次回の予定です"),
  "schedule.help_show": line(
    "one job: steps, rules, what became of its times",
    "ジョブの設定とこれまでの予定を表示します",
  ),
  "schedule.help_next": line(
    "next times, excluded ones with the reason",
    "次回以降の予定を、除外の理由とともに表示します",
  ),
  "schedule.help_pause": line("no trigger starts it until resume", "再開するまで自動では実行しません"),
  "schedule.help_resume": line("its triggers start it again", "自動での実行を再開します"),
  "schedule.arg_job_all": line("job (default: all)", "ジョブ (既定: すべて)"),
  "schedule.opt_count": line("how many times (default: 10)", "件数 (既定: 10)"),
  "schedule.ex_show": line("all about daily", "daily の詳細"),
  "schedule.ex_next": line("the next 30", "次の 30件"),
  "schedule.ex_pause": line("until further notice", "当面の間"),
  "schedule.head_job": line("JOB", "ジョブ"),
  "schedule.head_environment": line("ENVIRONMENT", "環境"),
  "schedule.head_triggers": line("STARTED BY", "トリガー"),
  "schedule.head_next": line("NEXT", "次回"),
  "schedule.head_last": line("LAST", "前回"),
  "schedule.no_jobs": line(
    "slipway.yml declares no jobs. An example: docs/jobs.md",
    "slipway.yml にジョブの宣言がありません。例: docs/jobs.md",
  ),
  "schedule.by_hand": line("by hand", "手動"),
  "schedule.by_after": {
    en: (p: { job: string; results: string[] }) =>
      `after ${p.job}${p.results.join() === "succeeded" ? "" : ` (${p.results.join(", ")})`}`,
    ja: (p) => `${p.job} の後${p.results.join() === "succeeded" ? "" : ` (${p.results.join("、")})`}`,
  },
  "schedule.by_branch": {
    en: (p: { branch: string }) => `new commits on ${p.branch}`,
    ja: (p) => `${p.branch} の新しいコミット`,
  },
  "schedule.is_paused": line("paused", "一時停止中"),
  "schedule.in": { en: (p: { age: string }) => `in ${p.age}`, ja: (p) => `あと ${p.age}` },
  "schedule.excluded": { en: (p: { why: string }) => `excluded: ${p.why}`, ja: (p) => `除外: ${p.why}` },
  "schedule.no_schedule": {
    en: (p: { job: string }) => `${p.job} has no schedule of its own.`,
    ja: (p) => `${p.job} に定期の予定はありません。`,
  },
  "schedule.no_schedules": line("No job has a schedule.", "定期実行のジョブはありません。"),
  "schedule.next_run": {
    en: (p: { time: string; age: string }) => `Next run: ${p.time}, in ${p.age}`,
    ja: (p) => `次回の実行: ${p.time}、あと ${p.age}`,
  },
  "schedule.never_runs": line("All its times are excluded.", "すべての予定が除外されています。"),
  "schedule.resume_with": {
    en: (p: { job: string }) => `to go on: slipway job resume ${p.job}`,
    ja: (p) => `再開: slipway job resume ${p.job}`,
  },
  "schedule.pause_done": {
    en: (p: { job: string; changed: boolean }) =>
      p.changed
        ? `${p.job} is paused: no trigger starts it. By hand: slipway job run ${p.job}`
        : `${p.job} is paused already.`,
    ja: (p) =>
      p.changed
        ? `${p.job} を一時停止しました。手動の実行はできます: slipway job run ${p.job}`
        : `${p.job} はすでに一時停止中です。`,
  },
  "schedule.resume_done": {
    en: (p: { job: string; changed: boolean }) => (p.changed ? `${p.job} goes on.` : `${p.job} was not paused.`),
    ja: (p) => (p.changed ? `${p.job} を再開しました。` : `${p.job} は一時停止していません。`),
  },
  "schedule.label_steps": line("Steps", "ステップ"),
  "schedule.label_triggers": line("Triggers", "トリガー"),
  "schedule.label_exclude": line("Not on", "除外期間"),
  "schedule.label_missed": line("Missed", "未実行時"),
  "schedule.label_overlap": line("Overlap", "重複時"),
  "schedule.label_rules": line("Rules", "設定"),
  "schedule.label_vars": line("Variables", "変数"),
  "schedule.label_env": line("Environment", "環境変数"),
  "schedule.label_next": line("Next", "次回"),
  "schedule.label_last": line("Last run", "前回の実行"),
  "schedule.label_past": line("Past times", "これまで"),
  "schedule.missed_rule": {
    en: (p: { rule: string }) =>
      p.rule === "skip" ? "skip: times without a server are only recorded" : "run_once: one late run for all of them",
    ja: (p) => (p.rule === "skip" ? "skip: 記録だけします" : "run_once: まとめて 1回、遅れて実行します"),
  },
  "schedule.overlap_rule": {
    en: (p: { rule: string }) =>
      ({
        queue: "queue: each waits for its turn",
        merge: "merge: one that waits takes it in",
        refuse: "refuse: no second one while it waits or runs",
      })[p.rule] ?? p.rule,
    ja: (p) =>
      ({
        queue: "queue: 順番を待ちます",
        merge: "merge: 待機中の実行にまとめます",
        refuse: "refuse: 待機中や実行中は受け付けません",
      })[p.rule] ?? p.rule,
  },
  "schedule.timeout": { en: (p: { time: string }) => `timeout ${p.time}`, ja: (p) => `制限時間 ${p.time}` },
  "schedule.threads": { en: (p: { n: number }) => `threads ${p.n}`, ja: (p) => `スレッド ${p.n}` },
  "schedule.past": {
    en: (p: { state: string; run: number | null; note: string | null }) =>
      p.note === null ? `run ${p.run}` : p.state === "paused" ? p.note : `${p.state}: ${p.note}`,
    ja: (p) =>
      p.note === null ? `実行 ${p.run}` : p.state === "paused" ? p.note : `${STATES[p.state] ?? p.state}: ${p.note}`,
  },
  "schedule.no_server": line(
    "no server is running: triggers start nothing",
    "サーバーが動いていないため、トリガーは働きません",
  ),
  "schedule.no_server_hint": line("start one:  slipway serve", "開始:  slipway serve"),
  "schedule.unknown_nickname": {
    en: (p: { text: string; known: string[] }) => `'${p.text}' is not a schedule: ${p.known.join(", ")} are known`,
    ja: (p) => `'${p.text}' という予定はありません。使えるのは ${p.known.join("、")} です`,
  },
  "schedule.cron_fields": {
    en: (p: { text: string; count: number }) =>
      `'${p.text}' has ${p.count} fields; cron has 5: minute hour day month weekday`,
    ja: (p) => `'${p.text}' は ${p.count}項目です。cron は「分 時 日 月 曜日」の 5項目です`,
  },
  "schedule.cron_field": {
    en: (p: { field: string; value: string; range: string }) =>
      `'${p.value}' is not ${p.field === "hour" ? "an" : "a"} ${p.field} of cron (${p.range}, *, lists, ranges, steps)`,
    ja: (p) =>
      `'${p.value}' は cron の「${FIELDS[p.field] ?? p.field}」に使えません (${p.range}、*、列挙、範囲、間隔が使えます)`,
  },
  "schedule.cron_never": {
    en: (p: { text: string }) => `'${p.text}' never comes: there is no such day`,
    ja: (p) => `'${p.text}' に当たる日はありません`,
  },
  "schedule.unknown_job": {
    en: (p: { name: string }) => `job '${p.name}' is not declared`,
    ja: (p) => `ジョブ '${p.name}' は宣言されていません`,
  },
  "schedule.jobs_are": {
    en: (p: { names: string[] }) => (p.names.length ? `jobs: ${p.names.join(", ")}` : "slipway.yml declares no jobs"),
    ja: (p) => (p.names.length ? `ジョブ: ${p.names.join(", ")}` : "slipway.yml にジョブの宣言がありません"),
  },
  "schedule.after_circle": {
    en: (p: { names: string[] }) => `'after' goes round in a circle: ${p.names.join(" -> ")}`,
    ja: (p) => `after が循環しています: ${p.names.join(" -> ")}`,
  },
  "schedule.bad_date": {
    en: (p: { text: string }) => `'${p.text}' is not a date: write 2026-12-29 or 2026-12-29 22:00`,
    ja: (p) => `'${p.text}' は日付ではありません。2026-12-29 または 2026-12-29 22:00 と書いてください`,
  },
  "schedule.from_after_to": {
    en: (p: { from: string; to: string }) => `this period ends before it begins: ${p.from} to ${p.to}`,
    ja: (p) => `終わりが始まりより前です: ${p.from} から ${p.to}`,
  },
  "schedule.calendar_missing": {
    en: (p: { file: string }) => `the calendar ${p.file} is not there`,
    ja: (p) => `カレンダー ${p.file} がありません`,
  },
  "schedule.calendar_unreadable": {
    en: (p: { file: string; message: string }) => `the calendar ${p.file} cannot be read: ${p.message}`,
    ja: (p) => `カレンダー ${p.file} を読めません: ${p.message}`,
  },
  "schedule.calendar_line": {
    en: (p: { file: string; line: number }) =>
      `line ${p.line} of ${p.file} does not begin with a date (2026-01-01 name)`,
    ja: (p) => `${p.file} の ${p.line}行目が日付で始まっていません (例: 2026-01-01 元日)`,
  },
  "schedule.calendar_too_large": {
    en: (p: { file: string; megabytes: number }) => `the calendar ${p.file} is larger than ${p.megabytes} MB`,
    ja: (p) => `カレンダー ${p.file} が ${p.megabytes} MB を超えています`,
  },
  "schedule.calendar_empty": {
    en: (p: { file: string }) => `the calendar ${p.file} holds no day`,
    ja: (p) => `カレンダー ${p.file} に日付がありません`,
  },
  "schedule.calendar_hint": {
    en: (_: object) => "a calendar is a file beside slipway.yml: iCal (.ics), or a date and a name on each line",
    ja: () => "カレンダーは slipway.yml から見たファイルです。iCal (.ics)、または 1行に日付と名前を書いてください",
  },
  "schedule.calendar_ends": {
    en: (p: { file: string; date: string }) => `${p.file} ends on ${p.date}: later days are not excluded`,
    ja: (p) => `${p.file} は ${p.date} までです。それ以降の日は除外されません`,
  },
  "schedule.weekdays": {
    en: (p: { days: string[]; reason: string | null }) => because(p.reason, `weekdays ${p.days.join(", ")}`),
    ja: (p) => because(p.reason, `曜日 ${p.days.map((day) => DAYS[day] ?? day).join("、")}`),
  },
  "schedule.calendar_day": {
    en: (p: { file: string | null; name: string | null; reason: string | null }) =>
      [p.reason, p.file ?? "calendar", p.name].filter(Boolean).join(", "),
    ja: (p) => [p.reason, p.file ?? "カレンダー", p.name].filter(Boolean).join("、"),
  },
  "schedule.period": {
    en: (p: { from: string; to: string; reason: string | null }) => because(p.reason, `${p.from} to ${p.to}`),
    ja: (p) => because(p.reason, `${p.from} から ${p.to} まで`),
  },
  "schedule.window": {
    en: (p: { cron: string; lasts: string; reason: string | null }) => because(p.reason, `${p.cron} for ${p.lasts}`),
    ja: (p) => because(p.reason, `${p.cron} から ${p.lasts} の間`),
  },
  "schedule.missed": {
    en: (_: object) => "no server could start it then",
    ja: () => "開始できるサーバーがありませんでした",
  },
  "schedule.missed_merged": {
    en: (p: { count: number }) => `no server could start it: one run for ${count(p.count, "time")}`,
    ja: (p) => `開始できるサーバーがありませんでした。${digits(p.count)}件を 1回の実行にまとめました`,
  },
  "schedule.job_paused": {
    en: (p: { who: string | null; reason: string | null }) =>
      `paused${p.who === null ? "" : ` by ${p.who}`}${p.reason === null ? "" : `: ${p.reason}`}`,
    ja: (p) => `一時停止中${p.who === null ? "" : ` (${p.who})`}${p.reason === null ? "" : `: ${p.reason}`}`,
  },
  "schedule.environment_paused": {
    en: (p: { environment: string }) => `${p.environment} is paused since its rollback`,
    ja: (p) => `${p.environment} はロールバック後、一時停止中です`,
  },
  "schedule.already_live": {
    en: (p: { environment: string }) => `${p.environment} serves this commit already`,
    ja: (p) => `${p.environment} はこのコミットを公開中です`,
  },
  "schedule.commit_seen": {
    en: (p: { branch: string; commit: string }) => `${p.branch} is at ${p.commit} now`,
    ja: (p) => `${p.branch} の先頭は ${p.commit} になりました`,
  },
  "schedule.branches_unread": {
    en: (_: object) => "branches could not be looked at; tried again later",
    ja: () => "ブランチを確認できませんでした。あとで再試行します",
  },
  "schedule.decided_twice": line(
    "another server decided the same times meanwhile; nothing was recorded",
    "別のサーバーが同じ予定を処理しました。記録は行っていません",
  ),
  "schedule.overlaps": {
    en: (p: { run: number; merged: boolean }) =>
      p.merged ? `taken in by run ${p.run}` : `run ${p.run} was in the way`,
    ja: (p) => (p.merged ? `実行 ${p.run} にまとめました` : `実行 ${p.run} と重なりました`),
  },
  "schedule.queue_full": {
    en: (p: { count: number }) => `${count(p.count, "run")} of it wait already`,
    ja: (p) => `このジョブの実行がすでに${digits(p.count)}件待っています`,
  },
});
