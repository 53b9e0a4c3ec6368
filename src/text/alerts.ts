// Texts of the commands about alerts: alerts, ack, silence, notify.
import { defineTexts } from "./define.ts";
import { count, digits } from "./words.ts";

const line = (en: string, ja: string) => ({ en: (_: object) => en, ja: (_: object) => ja });

export const alerts = defineTexts({
  "alerts.help": line("what is wrong now, and who was told", "現在のアラートと連絡の状況を表示します"),
  "alerts.help_ack": line(
    "say that you are on an alert; nobody else is called",
    "アラートを確認済みにします (次の人への連絡を止めます)",
  ),
  "alerts.help_silence": line("hear nothing of something until a time", "期限を決めて通知を止めます"),
  "alerts.help_silence_add": line("be quiet about what matches", "条件に合う通知を止めます"),
  "alerts.help_silence_list": line("what is silenced until when", "止めている通知の一覧です"),
  "alerts.help_silence_remove": line("hear of it again", "通知を再開します"),
  "alerts.help_notify": line("channels of notices", "通知先を管理します"),
  "alerts.help_test": line("send a test message to a channel", "通知先にテストを送ります"),
  "alerts.arg_alert": line("one alert, A-27: its message and its deliveries", "アラート 1件 (A-27): 内容と送信状況"),
  "alerts.arg_alert_needed": line("alert: A-27 or 27", "アラート: A-27 または 27"),
  "alerts.arg_silence": line("number of the silence", "ミュートの番号"),
  "alerts.arg_channel": line("name of a channel in slipway.yml", "slipway.yml の通知先の名前"),
  "alerts.opt_all": line("resolved ones too", "解決済みも表示"),
  "alerts.opt_alert": line("this alert", "このアラート"),
  "alerts.opt_severity": line("critical, warning or info", "critical、warning または info"),
  "alerts.opt_environment": line("in this environment", "この環境"),
  "alerts.opt_job": line("of this job", "このジョブ"),
  "alerts.opt_owner": line("of this owner's nodes", "このオーナーのノード"),
  "alerts.opt_tag": line("of nodes with this tag", "このタグのノード"),
  "alerts.opt_for": line("how long: 2h, 30m, 1d", "期間: 2h、30m、1d"),
  "alerts.opt_until": line(
    "until: 2026-11-20 18:00 (project's time zone)",
    "期限: 2026-11-20 18:00 (プロジェクトの時間帯)",
  ),
  "alerts.ex_alerts": line("what is open", "未解決のもの"),
  "alerts.ex_alert": line("what was told, to whom", "連絡の内容と宛先"),
  "alerts.ex_ack": line("I am on it", "対応を始めました"),
  "alerts.ex_silence": line("quiet during a migration", "移行作業のあいだ"),
  "alerts.ex_test": line("does mail arrive?", "メールが届くか"),
  "alerts.head_alert": line("ALERT", "アラート"),
  "alerts.head_since": line("SINCE", "発生"),
  "alerts.head_what": line("WHAT", "内容"),
  "alerts.head_state": line("STATE", "状態"),
  "alerts.head_id": line("ID", "番号"),
  "alerts.head_until": line("UNTIL", "期限"),
  "alerts.head_match": line("QUIET ABOUT", "対象"),
  "alerts.head_covers": line("COVERS", "該当"),
  "alerts.head_by": line("BY", "設定者"),
  "alerts.none": line("No open alerts.", "未解決のアラートはありません。"),
  "alerts.none_ever": line("No alerts yet.", "アラートはまだありません。"),
  "alerts.what": {
    en: (p: { title: string; environment: string | null; job: string | null; run: number | null }) =>
      `${p.title}${p.environment ? `: ${p.environment}` : ""}${p.job ? `, ${p.job}` : ""}${p.run === null ? "" : ` (run ${p.run})`}`,
    ja: (p) =>
      `${p.title}${p.environment ? `: ${p.environment}` : ""}${p.job ? `、${p.job}` : ""}${p.run === null ? "" : ` (実行 ${p.run})`}`,
  },
  "alerts.open": line("open", "未解決"),
  "alerts.open_next": {
    en: (p: { name: string; at: string }) => `open, ${p.name} ${p.at}`,
    ja: (p) => `未解決、${p.at} に ${p.name}`,
  },
  "alerts.acknowledged": {
    en: (p: { by: string }) => `acknowledged, ${p.by}`,
    ja: (p) => `確認済み、${p.by}`,
  },
  "alerts.silenced": {
    en: (p: { until: string }) => `silenced until ${p.until}`,
    ja: (p) => `${p.until} までミュート`,
  },
  "alerts.resolved": {
    en: (p: { at: string; run: number | null }) => `resolved ${p.at}${p.run === null ? "" : `, run ${p.run}`}`,
    ja: (p) => `${p.at} 解決${p.run === null ? "" : `、実行 ${p.run}`}`,
  },
  "alerts.hint_ack": {
    en: (p: { alert: string }) => `I am on it: slipway ack ${p.alert}   More: slipway alerts ${p.alert}`,
    ja: (p) => `対応を始めたら: slipway ack ${p.alert}   詳細: slipway alerts ${p.alert}`,
  },
  "alerts.messages": line("Messages", "通知"),
  "alerts.no_messages": line("nobody was told: no route leads anywhere", "通知先がないため、誰にも連絡していません"),
  "alerts.message_sent": {
    en: (p: { kind: string; to: string; at: string }) => `${p.at}  ${p.kind} to ${p.to}`,
    ja: (p) => `${p.at}  ${p.kind}: ${p.to}`,
  },
  "alerts.message_waiting": {
    en: (p: { kind: string; to: string; at: string; attempts: number; why: string | null }) =>
      p.why === null
        ? `${p.kind} to ${p.to}: waits to be sent`
        : `${p.kind} to ${p.to}: ${count(p.attempts, "attempt")}, next ${p.at}. ${p.why}`,
    ja: (p) =>
      p.why === null
        ? `${p.kind}: ${p.to}: 送信待ち`
        : `${p.kind}: ${p.to}: ${digits(p.attempts)}回失敗、次は ${p.at}。${p.why}`,
  },
  "alerts.message_failed": {
    en: (p: { kind: string; to: string; why: string | null }) =>
      `${p.kind} to ${p.to}: not sent${p.why === null ? "" : `. ${p.why}`}`,
    ja: (p) => `${p.kind}: ${p.to}: 送信できませんでした${p.why === null ? "" : `。${p.why}`}`,
  },
  "alerts.message_dropped": {
    en: (p: { kind: string; to: string }) => `${p.kind} to ${p.to}: not sent, no longer needed`,
    ja: (p) => `${p.kind}: ${p.to}: 不要になったため送信していません`,
  },
  "alerts.ack_done": {
    en: (p: { alert: string; what: string }) =>
      `${p.alert} is yours: ${p.what}. Nobody else is called; you hear when more fails, and when it is over.`,
    ja: (p) =>
      `${p.alert} を確認済みにしました: ${p.what}。次の人には連絡しません。悪化したときと解決したときに通知します。`,
  },
  "alerts.ack_already": {
    en: (p: { alert: string; by: string; at: string }) => `${p.alert} was acknowledged by ${p.by} at ${p.at}.`,
    ja: (p) => `${p.alert} は ${p.at} に ${p.by} が確認済みです。`,
  },
  "alerts.ack_over": {
    en: (p: { alert: string; at: string }) => `${p.alert} was over at ${p.at}.`,
    ja: (p) => `${p.alert} は ${p.at} に解決しています。`,
  },
  "alerts.no_silences": line("Nothing is silenced.", "ミュートはありません。"),
  "alerts.silence_added": {
    en: (p: { id: number; what: string; until: string }) =>
      `Silence ${p.id}: nobody hears of ${p.what} until ${p.until}. Alerts are kept. Undo: slipway silence remove ${p.id}`,
    ja: (p) =>
      `ミュート ${p.id}: ${p.until} まで ${p.what} の通知を止めます。アラートは記録します。解除: slipway silence remove ${p.id}`,
  },
  "alerts.silence_removed": {
    en: (p: { id: number; what: string; open: number }) =>
      `Silence ${p.id} is over: ${p.what}. ${p.open === 0 ? "Nothing was kept back." : `${count(p.open, "open alert")} will be told now.`}`,
    ja: (p) =>
      `ミュート ${p.id} を解除しました: ${p.what}。${p.open === 0 ? "止めていた通知はありません。" : `未解決の ${digits(p.open)}件をこれから通知します。`}`,
  },
  "alerts.test_sent": {
    en: (p: { channel: string; to: string; took: string }) => `${p.channel}: the message was taken${p.to} in ${p.took}`,
    ja: (p) => `${p.channel}: 送信しました${p.to} (${p.took})`,
  },
  "alerts.test_to": { en: (p: { to: string }) => ` for ${p.to}`, ja: (p) => `: ${p.to}` },
  "alerts.test_failed": {
    en: (p: { channel: string; to: string; why: string | null }) =>
      `${p.channel}: not sent${p.to}${p.why === null ? "" : `. ${p.why}`}`,
    ja: (p) => `${p.channel}: 送信できませんでした${p.to}${p.why === null ? "" : `。${p.why}`}`,
  },
  "alerts.test_hint": {
    en: (p: { type: string }) =>
      p.type === "email" ? "The server is SLIPWAY_SMTP_URL: smtps://user:password@host:465 or smtp://host:587" : "",
    ja: (p) =>
      p.type === "email"
        ? "サーバーは SLIPWAY_SMTP_URL で指定します: smtps://user:password@host:465 または smtp://host:587"
        : "",
  },
  "alerts.not_told": {
    en: (p: { alert: string; to: string; why: string }) => `${p.to} was not told of ${p.alert}: ${p.why}`,
    ja: (p) => `${p.alert} を ${p.to} に通知できませんでした: ${p.why}`,
  },
  "alerts.no_reason": line("no reason given", "理由は不明です"),
  "alerts.no_name": {
    en: (p: { value: string }) => `'${p.value}' names no alert: they are called A-27`,
    ja: (p) => `'${p.value}' はアラートの名前ではありません (例: A-27)`,
  },
  "alerts.no_such": {
    en: (p: { alert: string }) => `there is no alert ${p.alert} in this project`,
    ja: (p) => `このプロジェクトに ${p.alert} はありません`,
  },
  "alerts.see_list": line("see them:  slipway alerts --all", "一覧:  slipway alerts --all"),
  "alerts.no_silence": {
    en: (p: { id: number }) => `there is no silence ${p.id}, or it is over`,
    ja: (p) => `ミュート ${p.id} はないか、期限が切れています`,
  },
  "alerts.see_silences": line("see them:  slipway silence list", "一覧:  slipway silence list"),
  "alerts.silence_end": line(
    "a silence has one end: --for or --until",
    "--for か --until のどちらか 1つを指定してください",
  ),
  "alerts.silence_end_hint": line(
    'for example  --for 2h  or  --until "2026-11-20 18:00"',
    '例:  --for 2h  または  --until "2026-11-20 18:00"',
  ),
  "alerts.silence_no_time": {
    en: (p: { value: string }) => `'${p.value}' is no time`,
    ja: (p) => `'${p.value}' は時刻として読めません`,
  },
  "alerts.silence_over": {
    en: (p: { value: string }) => `'${p.value}' is over already`,
    ja: (p) => `'${p.value}' は過ぎています`,
  },
  "alerts.silence_what": line("a silence needs something to be quiet about", "止める対象を指定してください"),
  "alerts.silence_what_hint": line(
    "for example  --job daily, --environment prod, --severity warning  or  --alert A-27",
    "例:  --job daily、--environment prod、--severity warning、--alert A-27",
  ),
});
