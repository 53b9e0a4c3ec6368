import { expect, test } from "vitest";
import type { Alert, Matchers, Silence } from "./alert.ts";
import { nextAttempt } from "./retry.ts";
import { contactPlaces, contactsOf, type NoticeRules, routed } from "./route.ts";
import { isNews, type Surroundings, tellDue, tellNews, tellOpened, tellResolved } from "./tell.ts";

const MINUTE = 60_000;
const now = new Date("2026-11-20T00:00:00Z");
const later = (minutes: number) => new Date(now.getTime() + minutes * MINUTE);

const rules = (more: Partial<NoticeRules["notices"]> = {}, contacts: NoticeRules["contacts"] = {}): NoticeRules => ({
  lang: "en",
  contacts,
  notices: {
    channels: {
      mail: { type: "email", to: ["a@x.example", "b@x.example"] },
      team: { type: "slack", webhook_url: "https://x" },
    },
    routes: [],
    repeatEveryMs: 240 * MINUTE,
    escalateAfterMs: 30 * MINUTE,
    ...more,
  },
});
const people = {
  primary: { name: "Aoi", email: "a@x.example" },
  secondary: { name: "Sato", email: "sato@x.example" },
  escalation: { name: "Mori", phone: "+81" },
};
const alert = (more: Partial<Alert> = {}): Alert => ({
  id: 27,
  projectId: 1,
  cause: "c",
  kind: "run_failed",
  severity: "critical",
  environment: "prod",
  job: "daily",
  owners: ["Aoi"],
  tags: ["finance"],
  body: {
    run: null,
    findings: [],
    findingsTotal: 0,
    names: ["orders"],
    skipped: 0,
    testsTotal: null,
    effect: "held",
    heldDatasets: 0,
    serves: null,
    lastGood: null,
    detail: null,
    commands: [],
  },
  openedAt: now,
  lastSeenAt: now,
  seen: 1,
  firstRunId: 1,
  lastRunId: 1,
  resolvedAt: null,
  resolvedRunId: null,
  acknowledgedAt: null,
  acknowledgedBy: null,
  acknowledgedReason: null,
  toldAt: null,
  level: 0,
  escalateAt: null,
  repeatAt: null,
  occasions: 0,
  ...more,
});
const around = (more: Partial<Surroundings> = {}): Surroundings => ({
  rules: rules({}, people),
  silences: [],
  project: "shop",
  now,
  ...more,
});
const places = (found: { channel: string; recipient: string }[]) =>
  found.map(({ channel, recipient }) => `${channel} ${recipient}`.trim());
const nobody: Matchers = { alert: null, severity: null, environment: null, job: null, owner: null, tag: null };
const silence = (matchers: Partial<Matchers>, until: Date): Silence => ({
  id: 1,
  projectId: 1,
  matchers: { ...nobody, ...matchers },
  reason: null,
  createdBy: "aoi",
  createdAt: now,
  until,
  endedAt: null,
});

const routes = (list: NoticeRules["notices"]["routes"], about: Partial<Alert> = {}) =>
  places(routed(alert(about), rules({ routes: list })));
test("without routes critical and warning go everywhere, info nowhere", () => {
  expect(routes([])).toEqual(["mail a@x.example", "mail b@x.example", "team"]);
  expect(routes([], { severity: "info" })).toEqual([]);
});
test("every route that matches counts, each place once", () =>
  expect(
    routes([
      { severity: "critical", to: ["team"] },
      { owner: "Aoi", tag: "finance", to: ["team", "mail"] },
      { job: "hourly", to: ["mail"] },
    ]),
  ).toEqual(["team", "mail a@x.example", "mail b@x.example"]));
test("all of a route must hold", () =>
  expect(
    routes([
      { severity: "critical", tag: "other", to: ["team"] },
      { environment: "dev", to: ["team"] },
    ]),
  ).toEqual([]));

test("the first contact is told besides, unless a channel reaches that address already", () => {
  const told = (first: string) =>
    places(
      tellOpened(alert(), around({ rules: rules({}, { ...people, primary: { name: "Aoi", email: first } }) })).letters,
    );
  expect(told("A@x.example")).toEqual(["mail a@x.example", "mail b@x.example", "team"]);
  expect(told("c@x.example")).toEqual(["mail a@x.example", "mail b@x.example", "team", "contacts.primary c@x.example"]);
});
test("contacts are for critical alerts", () => {
  const { patch, letters } = tellOpened(alert({ severity: "warning" }), around());
  expect([patch.escalateAt, letters[0]!.body.told]).toEqual([null, { names: [], next: null }]);
});
test("a contact without an address is reached through the channels", () =>
  expect(contactPlaces(contactsOf(rules({}, people)), 2, []).map(({ channel }) => channel)).toEqual([
    "contacts.primary",
    "contacts.secondary",
  ]));

test("up the chain, and no further", () => {
  const opened = alert({ ...tellOpened(alert(), around()).patch });
  expect([opened.escalateAt, opened.repeatAt, opened.level]).toEqual([later(30), later(240), 0]);
  expect(tellDue(opened, around({ now: later(29) }))).toBeNull();
  const second = tellDue(opened, around({ now: later(30) }))!;
  expect([second.escalated, second.patch.level, second.patch.escalateAt]).toEqual([true, 1, later(60)]);
  expect(second.letters[0]).toMatchObject({
    kind: "escalated",
    occasion: "escalated 2",
    body: { told: { names: ["Aoi", "Sato"], next: { name: "Mori" } } },
  });
  const third = tellDue({ ...opened, ...second.patch }, around({ now: later(60) }))!;
  expect([third.patch.level, third.patch.escalateAt, third.letters[0]!.body.calls]).toEqual([
    2,
    null,
    { name: "Mori", slack: null, phone: "+81" },
  ]);
  const reminded = tellDue({ ...opened, ...second.patch, ...third.patch }, around({ now: later(400) }))!;
  expect([reminded.escalated, reminded.letters[0]!.kind]).toEqual([false, "repeat"]);
});
test("a reminder does not put off the next contact", () => {
  const told = alert({ toldAt: now, repeatAt: now, escalateAt: later(10) });
  expect(tellDue(told, around())!.patch.escalateAt).toEqual(later(10));
});
test("acknowledged, nobody else is next", () =>
  expect(tellNews(alert({ toldAt: now, acknowledgedAt: now }), around()).patch.escalateAt).toBeNull());

test("silenced, it is looked at again at the end; of several silences the last end counts", () => {
  const quiet = around({
    silences: [
      silence({ job: "daily" }, later(60)),
      silence({ environment: "prod" }, later(90)),
      silence({ job: "other" }, later(999)),
    ],
  });
  expect(tellOpened(alert(), quiet)).toEqual({ patch: { repeatAt: later(90), escalateAt: null }, letters: [] });
  const kept = alert({ repeatAt: later(90) });
  expect(tellDue(kept, around({ now: later(89) }))).toBeNull();
  expect(tellDue(kept, around({ now: later(90) }))!.letters[0]!.kind).toBe("opened");
});
test("what nobody could be told is told as news of it arrive", () =>
  expect(tellNews(alert(), around()).letters[0]!.kind).toBe("opened"));
test("nobody to tell: it rests", () =>
  expect(tellOpened(alert({ severity: "info" }), around())).toEqual({
    patch: { repeatAt: null, escalateAt: null },
    letters: [],
  }));
test("resolved goes to whoever heard of it", () => {
  const resolved = { run: 2, how: "schedule" as const, actor: null, openMs: 5 };
  const { letters } = tellResolved(alert({ occasions: 3 }), around(), {
    resolved,
    told: [{ channel: "team", recipient: "" }],
  });
  expect(letters).toMatchObject([{ channel: "team", kind: "resolved", occasion: "resolved 4", body: { resolved } }]);
});

const news = (more: Partial<Alert>, body: Partial<Alert["body"]> = {}) =>
  isNews(alert(), { severity: more.severity ?? "critical", body: { ...alert().body, ...body } });
test("news: something new, heavier, or now published", () => {
  expect(news({})).toBe(false);
  expect(news({}, { names: [] })).toBe(false);
  expect(news({}, { names: ["orders", "kpi"] })).toBe(true);
  expect(news({}, { effect: "published" })).toBe(true);
  expect(isNews(alert({ severity: "info" }), alert())).toBe(true);
});

const retry = (attempts: number, wishMs: number | null, createdMinutesAgo = 0) => {
  const at = nextAttempt({ attempts, createdAt: later(-createdMinutesAgo) }, wishMs, now);
  return at && (at.getTime() - now.getTime()) / 1000;
};
test("attempts are further and further apart, as asked for, and end after a day", () => {
  expect([1, 2, 3, 20].map((attempts) => retry(attempts, null))).toEqual([30, 60, 120, 3600]);
  expect([retry(1, 120_000), retry(1, 0), retry(1, 1e9)]).toEqual([120, 1, 3600]);
  expect([3, 4, 20].map((attempts) => retry(attempts, 0))).toEqual([1, 240, 3600]);
  expect(retry(9, null, 23 * 60 + 1)).toBeNull();
});
