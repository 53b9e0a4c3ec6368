// Texts of messages about alerts: what failed, since when, what consumers see now, what to type.
import { defineTexts } from "./define.ts";
import { age } from "./format.ts";
import { count, digits } from "./words.ts";

interface Place {
  environment: string | null;
  job: string | null;
}

/** `Job daily`, `Deployment`. */
const act = ({ job }: Place) => (job === null ? "Deployment" : `Job ${job}`);
const actJa = ({ job, environment }: Place) =>
  job === null ? `${environment} へのデプロイ` : `${environment} のジョブ ${job} `;
const inJob = ({ environment, job }: Place) => `${environment ?? ""}${job === null ? "" : `, job ${job}`}`;
const inJobJa = ({ environment, job }: Place) => `${environment ?? ""}${job === null ? "" : ` のジョブ ${job}`}`;

export const notices = defineTexts({
  "notices.subject": {
    en: (p: { tag: string; title: string; project: string; what: string }) =>
      `[${p.tag}] ${p.title}: ${p.project} ${p.what}`.trimEnd(),
    ja: (p) => `[${p.tag}] ${p.title}: ${p.project} ${p.what}`.trimEnd(),
  },
  "notices.what_run": {
    en: (p: Place & { run: number | null; failed: boolean }) =>
      `${p.environment ?? ""}${p.job !== null ? `, ${p.job}` : p.failed ? ", deployment" : ""}${p.failed ? " failed" : ""}${p.run === null ? "" : ` (run ${p.run})`}`,
    ja: (p) =>
      `${p.environment ?? ""}${p.job === null ? (p.failed ? "、デプロイ失敗" : "") : `、${p.job}${p.failed ? " 失敗" : ""}`}${p.run === null ? "" : ` (実行 ${p.run})`}`,
  },
  "notices.still_open": { en: (_: object) => "still open", ja: () => "未解決" },
  "notices.changed": { en: (_: object) => "more fails", ja: () => "失敗が増加" },
  "notices.escalated": { en: (_: object) => "nobody answers", ja: () => "応答なし" },
  "notices.run_failed": {
    en: (p: Place & { time: string; step: string | null }) =>
      `${act(p)} failed in ${p.environment}, ${p.time}${p.step === null ? "" : `, ${p.step}`}.`,
    ja: (p) => `${actJa(p)}が ${p.time} に失敗しました${p.step === null ? "" : ` (${p.step})`}。`,
  },
  "notices.step": {
    en: (p: { position: number; name: string }) => `step ${p.position} (${p.name})`,
    ja: (p) => `ステップ ${p.position}: ${p.name}`,
  },
  "notices.tests_failed": {
    en: (p: Place & { failed: number; total: number; time: string }) =>
      `${digits(p.failed)} of ${count(p.total, "test")} failed in ${inJob(p)}, ${p.time}.`,
    ja: (p) => `${inJobJa(p)} でテスト ${digits(p.total)}件中 ${digits(p.failed)}件が不合格でした (${p.time})。`,
  },
  "notices.tests_warned": {
    en: (p: Place & { failed: number; total: number; time: string }) =>
      `${digits(p.failed)} of ${count(p.total, "test")} warned in ${inJob(p)}, ${p.time}.`,
    ja: (p) => `${inJobJa(p)} でテスト ${digits(p.total)}件中 ${digits(p.failed)}件に警告があります (${p.time})。`,
  },
  "notices.stale": {
    en: (p: { environment: string; count: number; time: string }) =>
      `${count(p.count, "source")} of ${p.environment} ${p.count === 1 ? "is" : "are"} stale, ${p.time}.`,
    ja: (p) => `${p.environment} のソース ${digits(p.count)}件が鮮度切れです (${p.time})。`,
  },
  "notices.stale_detail": {
    en: (p: { name: string; ageMs: number; maxMs: number }) =>
      `${p.name}: last row ${age(p.ageMs, "en")} ago (max ${age(p.maxMs, "en")})`,
    ja: (p) => `${p.name}: 最後の行は ${age(p.ageMs, "ja")}前 (上限 ${age(p.maxMs, "ja")})`,
  },
  "notices.missed": {
    en: (p: { job: string; time: string }) => `Job ${p.job} did not run at its time. Noticed ${p.time}.`,
    ja: (p) => `ジョブ ${p.job} は予定の時刻に実行されませんでした (${p.time} に検知)。`,
  },
  "notices.missed_detail": {
    en: (p: { due: string }) => `the server was not running at ${p.due}; jobs.missed says skip`,
    ja: (p) => `${p.due} にサーバーが動いていませんでした (missed: skip)`,
  },
  "notices.disk": {
    en: (p: { time: string }) => `Disk space is running low, ${p.time}.`,
    ja: (p) => `ディスクの空きが少なくなっています (${p.time})。`,
  },
  "notices.upkeep": {
    en: (p: { time: string }) => `Upkeep did not work, ${p.time}.`,
    ja: (p) => `保守処理に失敗しました (${p.time})。`,
  },
  "notices.label_consumers": { en: (_: object) => "Consumers", ja: () => "利用者" },
  "notices.label_cause": { en: (_: object) => "Cause", ja: () => "原因" },
  "notices.label_since": { en: (_: object) => "Since", ja: () => "経過" },
  "notices.label_do": { en: (_: object) => "Do", ja: () => "対応" },
  "notices.label_told": { en: (_: object) => "Told", ja: () => "連絡" },
  "notices.label_call": { en: (_: object) => "Call", ja: () => "電話" },
  "notices.serves": {
    en: (p: { environment: string; release: number; time: string | null }) =>
      `${p.environment} still serves r${p.release}${p.time === null ? "" : `, data of ${p.time}`}.`,
    ja: (p) => `${p.environment} は r${p.release}${p.time === null ? "" : ` (${p.time} のデータ)`} を公開中です。`,
  },
  "notices.serves_new": {
    en: (p: { environment: string; release: number; time: string | null }) =>
      `${p.environment} serves r${p.release}${p.time === null ? "" : `, data of ${p.time}`}.`,
    ja: (p) => `${p.environment} は r${p.release}${p.time === null ? "" : ` (${p.time} のデータ)`} を公開中です。`,
  },
  "notices.serves_nothing": {
    en: (p: { environment: string }) => `nothing is published in ${p.environment} yet.`,
    ja: (p) => `${p.environment} にはまだ何も公開されていません。`,
  },
  "notices.held": {
    en: (p: { datasets: number }) => `New data of ${count(p.datasets, "dataset")} is held.`,
    ja: (p) => `${digits(p.datasets)}件の更新を保留中です。`,
  },
  "notices.published": {
    en: (p: { environment: string }) => `Published in spite of it (rule of ${p.environment}).`,
    ja: (p) => `${p.environment} の設定により公開しました。`,
  },
  "notices.finding": {
    en: (p: { name: string; message: string | null; rows: number | null; place: string | null }) =>
      `${p.name}${p.rows === null ? "" : ` ${count(p.rows, "row")}`}${p.message === null ? "" : `: ${p.message}`}${p.place === null ? "" : `, ${p.place}`}`,
    ja: (p) =>
      `${p.name}${p.rows === null ? "" : ` ${digits(p.rows)}行`}${p.message === null ? "" : `: ${p.message}`}${p.place === null ? "" : `, ${p.place}`}`,
  },
  "notices.more": {
    en: (p: { count: number }) => `and ${digits(p.count)} more`,
    ja: (p) => `ほか ${digits(p.count)}件`,
  },
  "notices.skipped": {
    en: (p: { count: number }) => `${count(p.count, "downstream node")} skipped`,
    ja: (p) => `下流の ${digits(p.count)}件をスキップ`,
  },
  "notices.since_first": {
    en: (p: { good: string | null }) => `first failure; ${p.good ?? "no success before it"}`,
    ja: (p) => `初回の失敗。${p.good ?? "成功した実行はまだありません"}`,
  },
  "notices.since_again": {
    en: (p: { time: string; run: number | null; seen: number; good: string | null }) =>
      `${p.time}${p.run === null ? "" : ` (run ${p.run})`}, ${digits(p.seen)} times${p.good === null ? "" : `; ${p.good}`}`,
    ja: (p) =>
      `${p.time} から${p.run === null ? "" : ` (実行 ${p.run})`}、${digits(p.seen)}回${p.good === null ? "" : `。${p.good}`}`,
  },
  "notices.last_good": {
    en: (p: { time: string; run: number }) => `last success ${p.time} (run ${p.run})`,
    ja: (p) => `最後の成功は ${p.time} (実行 ${p.run})`,
  },
  "notices.do_then": {
    en: (p: { commands: string[] }) => p.commands.join(", then  "),
    ja: (p) => p.commands.join("、次に "),
  },
  "notices.told": {
    en: (p: { names: string[]; next: { name: string; at: string } | null }) =>
      `${p.names.join(", ")}${p.next === null ? "" : `; ${p.next.name} at ${p.next.at} if nobody acknowledges`}`,
    ja: (p) => `${p.names.join("、")}${p.next === null ? "" : `。確認がなければ ${p.next.at} に ${p.next.name}`}`,
  },
  "notices.call": {
    en: (p: { name: string; phone: string }) => `${p.name}, ${p.phone}`,
    ja: (p) => `${p.name}、${p.phone}`,
  },
  "notices.resolved": {
    en: (p: { alert: string; project: string; place: string; open: string; run: string | null }) =>
      `Resolved ${p.alert}: ${p.project} ${p.place}. Open ${p.open}.${p.run === null ? "" : ` ${p.run}.`}`,
    ja: (p) => `解決 ${p.alert}: ${p.project} ${p.place}。${p.open}で解消${p.run === null ? "" : ` (${p.run})`}`,
  },
  "notices.place": {
    en: (p: Place) => `${p.environment ?? ""}${p.job === null ? "" : `, ${p.job}`}`,
    ja: (p) => `${p.environment ?? ""}${p.job === null ? "" : `、${p.job}`}`,
  },
  "notices.resolved_run": {
    en: (p: { run: number; how: "schedule" | "retry" | "manual" | "other"; actor: string | null }) =>
      `Run ${p.run}${how(p, ", ")}`,
    ja: (p) => `実行 ${p.run}${howJa(p)}`,
  },
  "notices.test_subject": {
    en: (p: { project: string; channel: string }) => `Slipway test: ${p.project}, channel ${p.channel}`,
    ja: (p) => `Slipway テスト: ${p.project}、通知先 ${p.channel}`,
  },
  "notices.test_headline": {
    en: (p: { project: string; channel: string; time: string; by: string }) =>
      `This is a test of the channel ${p.channel} of ${p.project}, ${p.time}, by ${p.by}. Nothing is wrong.`,
    ja: (p) => `${p.project} の通知先 ${p.channel} のテストです (${p.time}、${p.by})。問題は起きていません。`,
  },
  "notify.bad_url": {
    en: (_: object) => "the address is no http: or https: URL",
    ja: () => "アドレスが http: または https: の URL ではありません",
  },
  "notify.bad_server": {
    en: (_: object) => "SLIPWAY_SMTP_URL is no smtp: or smtps: URL",
    ja: () => "SLIPWAY_SMTP_URL が smtp: または smtps: の URL ではありません",
  },
  "notify.not_set": {
    en: (p: { name: string }) => `${p.name} is not set`,
    ja: (p) => `${p.name} が設定されていません`,
  },
  "notify.unreadable": {
    en: (p: { name: string; path: string; reason: string }) => `${p.name}: ${p.path} cannot be read: ${p.reason}`,
    ja: (p) => `${p.name}: ${p.path} を読み込めません: ${p.reason}`,
  },
  "notify.answered": {
    en: (p: { host: string; status: number; said: string }) =>
      `${p.host} answered ${p.status}${p.said === "" ? "" : `: ${p.said}`}`,
    ja: (p) => `${p.host} の応答: ${p.status}${p.said === "" ? "" : ` ${p.said}`}`,
  },
  "notify.too_late": {
    en: (p: { host: string; seconds: number }) => `${p.host} did not answer within ${p.seconds} s`,
    ja: (p) => `${p.host} から ${p.seconds} 秒以内に応答がありません`,
  },
  "notify.no_answer": {
    en: (p: { host: string; reason: string }) => `${p.host} did not answer: ${p.reason}`,
    ja: (p) => `${p.host} から応答がありません: ${p.reason}`,
  },
  "notify.mail_server": {
    en: (p: { host: string; said: string }) => `mail server ${p.host}: ${p.said}`,
    ja: (p) => `メールサーバー ${p.host}: ${p.said}`,
  },
  "notify.file": {
    en: (p: { path: string; reason: string }) => `${p.path} cannot be written: ${p.reason}`,
    ja: (p) => `${p.path} に書き込めません: ${p.reason}`,
  },
});

function how({ how, actor }: { how: string; actor: string | null }, comma: string): string {
  const parts = [how === "retry" || how === "manual" ? how : null, how === "schedule" ? null : actor].filter(Boolean);
  return parts.length === 0 ? "" : ` (${parts.join(comma)})`;
}

function howJa({ how, actor }: { how: string; actor: string | null }): string {
  const words = { retry: "再実行", manual: "手動" }[how] ?? null;
  const parts = [words, how === "schedule" ? null : actor].filter(Boolean);
  return parts.length === 0 ? "" : `、${parts.join("、")}`;
}
