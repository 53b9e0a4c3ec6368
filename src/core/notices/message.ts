// A message about an alert in the words of its reader: subject, headline, labelled lines. Pure; each channel draws it its own way.
import type { Language } from "../../lib/text.ts";
import { render, say, type TextId, type TextValues } from "../../text/catalogue.ts";
import { age, clock, fullTime } from "../../text/format.ts";
import { ALERT_TITLES, alertName, type NoticeBody, type NoticeKind, type Serves, type Severity } from "./alert.ts";

export interface Message {
  lang: Language;
  kind: NoticeKind;
  /** `A-27`; empty for a test. */
  alert: string;
  severity: Severity;
  subject: string;
  headline: string;
  rows: { label: string; lines: string[] }[];
  /** As typed in slipway.yml: `@aoi`, `<@U024BE7LH>`. */
  mention: string | null;
}

interface Reader {
  lang: Language;
  timezone: string;
}

type Say = <K extends TextId>(
  id: K,
  ...params: object extends TextValues<K> ? [TextValues<K>?] : [TextValues<K>]
) => string;

const speaker =
  (lang: Language): Say =>
  (id, ...params) =>
    render(say(id, ...params), lang);

/** The message of a notice. */
export function explainNotice(notice: NoticeBody, reader: Reader): Message {
  const words = speaker(reader.lang);
  const { alert, kind, calls } = notice;
  const shared = { lang: reader.lang, kind, alert: alertName(alert.id), severity: alert.severity };
  const subject = subjectOf(notice, words);
  if (kind === "resolved") return { ...shared, subject, ...resolvedOf(notice, reader, words), mention: null };
  const headline = `${headlineOf(notice, reader, words)}${reader.lang === "ja" ? "" : "  "}${shared.alert}`;
  const rows = [
    { label: words("notices.label_consumers"), lines: consumers(notice, reader, words) },
    { label: words("notices.label_cause"), lines: causes(notice, reader, words) },
    { label: words("notices.label_since"), lines: since(notice, reader, words) },
    { label: words("notices.label_do"), lines: toDo(notice, words) },
    { label: words("notices.label_told"), lines: told(notice, reader, words) },
    { label: words("notices.label_call"), lines: call(notice, words) },
  ];
  return {
    ...shared,
    subject,
    headline,
    rows: rows.filter(({ lines }) => lines.length > 0),
    mention: calls?.slack ?? null,
  };
}

/** What `notify test` sends. */
export function explainTest(test: { project: string; channel: string; by: string; at: Date }, reader: Reader): Message {
  const words = speaker(reader.lang);
  const { project, channel, by, at } = test;
  return {
    lang: reader.lang,
    kind: "test",
    alert: "",
    severity: "info",
    subject: words("notices.test_subject", { project, channel }),
    headline: words("notices.test_headline", { project, channel, by, time: fullTime(at, reader.timezone) }),
    rows: [],
    mention: null,
  };
}

const MORE = {
  changed: "notices.changed",
  repeat: "notices.still_open",
  escalated: "notices.escalated",
  opened: null,
  resolved: null,
  test: null,
} as const;

/** The tail stays the same in all messages of an alert: people look for it. */
function subjectOf({ alert, body, kind, project }: NoticeBody, words: Say): string {
  const { environment, job } = alert;
  const run = alert.firstRunId ?? body.run?.id ?? null;
  const more = MORE[kind] ? words(MORE[kind]) : null;
  const tag = kind === "resolved" ? "resolved" : more === null ? alert.severity : `${alert.severity}, ${more}`;
  const what = words("notices.what_run", { environment, job, run, failed: alert.kind === "run_failed" });
  return words("notices.subject", { tag, title: ALERT_TITLES[alert.kind], project, what });
}

function headlineOf({ alert, body }: NoticeBody, reader: Reader, words: Say): string {
  const { environment, job } = alert;
  const time = fullTime(new Date(body.run?.at ?? alert.openedAt), reader.timezone);
  const tests = { environment, job, failed: body.findingsTotal, total: body.testsTotal ?? body.findingsTotal, time };
  switch (alert.kind) {
    case "run_failed":
      return words("notices.run_failed", {
        environment,
        job,
        time,
        step: body.run?.step ? words("notices.step", body.run.step) : null,
      });
    case "tests_failed":
      return words("notices.tests_failed", tests);
    case "tests_warned":
      return words("notices.tests_warned", tests);
    case "stale":
      return words("notices.stale", { environment: environment ?? "", count: body.findingsTotal, time });
    case "missed":
      return words("notices.missed", { job: job ?? "", time });
    case "disk":
      return words("notices.disk", { time });
    case "upkeep":
      return words("notices.upkeep", { time });
  }
}

function consumers({ alert: { environment, kind }, body }: NoticeBody, reader: Reader, words: Say): string[] {
  if (environment === null || body.run === null) return [];
  const failed = kind === "run_failed" || kind === "tests_failed";
  const published = failed && body.effect === "published";
  return [
    servesWords(environment, body.serves, { reader, words, still: failed && !published }),
    ...(body.heldDatasets > 0 ? [words("notices.held", { datasets: body.heldDatasets })] : []),
    ...(published ? [words("notices.published", { environment })] : []),
  ];
}

interface Wording {
  reader: Reader;
  words: Say;
  still: boolean;
}

function servesWords(environment: string, serves: Serves | null, { reader, words, still }: Wording): string {
  if (serves === null) return words("notices.serves_nothing", { environment });
  const { release, dataAsOf } = serves;
  const time = dataAsOf === null ? null : fullTime(new Date(dataAsOf), reader.timezone);
  return words(still ? "notices.serves" : "notices.serves_new", { environment, release, time });
}

function causes({ alert, body }: NoticeBody, { lang }: Reader, words: Say): string[] {
  const more = body.findingsTotal - body.findings.length;
  // Of stale sources the detail names the oldest.
  const named = alert.kind === "stale" && body.detail !== null;
  return [
    ...(named ? [] : body.findings.map((finding) => words("notices.finding", { ...finding }))),
    ...(body.detail ? [render(body.detail, lang)] : []),
    ...(more > 0 ? [words("notices.more", { count: more })] : []),
    ...(body.skipped > 0 ? [words("notices.skipped", { count: body.skipped })] : []),
  ]
    .flatMap((line) => line.split("\n").map((part) => part.trim()))
    .filter((line) => line !== "");
}

function since({ alert, body }: NoticeBody, { timezone }: Reader, words: Say): string[] {
  if (body.run === null || alert.kind === "stale") return [];
  const zone = { timezone, at: new Date(body.run.at) };
  const good =
    body.lastGood &&
    words("notices.last_good", { time: clock(new Date(body.lastGood.at), zone), run: body.lastGood.run });
  if (alert.seen === 1) return [words("notices.since_first", { good })];
  const time = clock(new Date(alert.openedAt), zone);
  return [words("notices.since_again", { time, run: alert.firstRunId, seen: alert.seen, good })];
}

function toDo({ alert, body }: NoticeBody, words: Say): string[] {
  const first = body.commands.length > 0 ? [words("notices.do_then", { commands: body.commands })] : [];
  return [...first, `slipway ack ${alertName(alert.id)}`];
}

function told({ told: { names, next } }: NoticeBody, { timezone }: Reader, words: Say): string[] {
  if (names.length === 0) return [];
  const zone = (at: Date) => ({ timezone, at });
  const shown = next && { name: next.name, at: clock(new Date(next.at), zone(new Date(next.at))) };
  return [words("notices.told", { names, next: shown })];
}

const call = ({ calls }: NoticeBody, words: Say): string[] =>
  calls?.phone ? [words("notices.call", { name: calls.name, phone: calls.phone })] : [];

function resolvedOf({ alert, body, project, resolved }: NoticeBody, reader: Reader, words: Say) {
  const { environment, job } = alert;
  const run = resolved?.run
    ? words("notices.resolved_run", { run: resolved.run, how: resolved.how, actor: resolved.actor })
    : null;
  const headline = words("notices.resolved", {
    alert: alertName(alert.id),
    project,
    place: words("notices.place", { environment, job }),
    open: age(resolved?.openMs ?? 0, reader.lang),
    run,
  });
  if (environment === null || body.serves === null) return { headline, rows: [] };
  const serves = servesWords(environment, body.serves, { reader, words, still: false });
  return { headline, rows: [{ label: words("notices.label_consumers"), lines: [serves] }] };
}
