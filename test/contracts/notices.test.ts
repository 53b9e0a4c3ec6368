// Alerts from the end of a run to the mailbox: opened, merged, escalated, silenced, resolved, each told once. On PGlite and on PostgreSQL.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Condition } from "../../src/core/notices/alert.ts";
import { listAlerts, updateAlert } from "../../src/db/alerts.ts";
import { listAudit } from "../../src/db/audit.ts";
import { claimNotices, noticesOf } from "../../src/db/notices.ts";
import { addSilence, removeSilence } from "../../src/db/silences.ts";
import type { Session } from "../../src/flow/session/session.ts";
import { alertDesk, applyJudgement, raiseAlert, settleAlert } from "../../src/ops/notices/alerts.ts";
import { noticeTick } from "../../src/ops/notices/notices.ts";
import { sendDue } from "../../src/ops/notices/send-notices.ts";
import { render } from "../../src/text/catalogue.ts";
import { type MailServer, mailServer, silentServer, type WebServer, webServer } from "../support/channels.ts";
import { mailCertificate } from "../support/mail-certificate.ts";
import { broken, failing, type NoticeWorld, noticeWorld } from "../support/notice-world.ts";
import { backends } from "../support/state.ts";
import { alertBody, everything } from "../support/state-samples.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe.each(backends)("notices on %s", (backend) => {
  const certificates = mkdtempSync(join(tmpdir(), "slipway-ca-"));
  let mail: MailServer;
  let web: WebServer;
  let world: NoticeWorld;

  beforeAll(async () => {
    [mail, web] = [await mailServer(), await webServer()];
    writeFileSync(join(certificates, "ca.pem"), mailCertificate);
    const config = `jobs:
  daily: { environment: prod, steps: [dbt run] }
  hourly: { environment: prod, steps: [dbt run] }
notices:
  channels:
    mail: { type: email, to: [admin@example.com] }
    team: { type: slack, webhook_url: "${web.url}/slack" }
    hook: { type: webhook, webhook_url: "${web.url}/hook", signing_secret: k }
  routes:
    - { severity: critical, to: [mail, team] }
    - { severity: warning, environment: prod, to: [team] }
    - { job: hourly, to: [hook] }
contacts:
  primary: { name: 田中 葵, email: aoi@example.com }
  secondary: { name: B. Sato, email: sato@example.com }
  escalation: { name: C. Mori, phone: "+81-3-0000-0000" }
`;
    world = await noticeWorld(backend, config, {
      SLIPWAY_SMTP_URL: mail.url,
      SLIPWAY_SMTP_CA: join(certificates, "ca.pem"),
    });
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await mail[Symbol.asyncDispose]();
    await web[Symbol.asyncDispose]();
    rmSync(certificates, { recursive: true });
  });

  const round = async (session: Session) => {
    await noticeTick(session);
    await Promise.all([sendDue(session, "mail"), sendDue(session, "web")]);
  };
  const tick = () => round(world.session);
  const projectId = async () => (await world.session.project()).id;
  const open = async () =>
    (await listAlerts(world.db, await projectId(), 50)).filter((alert) => alert.resolvedAt === null);
  /** Who got what since the last time. */
  const sent = (): string[] => {
    const mails = mail.mails.splice(0).map(({ to, parsed }) => `${to}: ${parsed.subject}`);
    const posts = web.posts
      .splice(0)
      .map(({ path, body }) => `${path}: ${JSON.parse(body).subject ?? JSON.parse(body).text}`);
    return [...mails, ...posts].sort();
  };
  /** Ends what a test has opened. */
  const mend = async () => {
    for (const job of ["daily", "hourly"]) await world.end({ state: "succeeded", job });
    await tick();
    expect(await open()).toEqual([]);
    sent();
  };

  test("an idle round does nothing", async () => {
    await tick();
    expect([await open(), sent()]).toEqual([[], []]);
  });

  test("a failed run is told once to everybody, once more when something new fails, and when it is over", async () => {
    const good = await world.end({ state: "succeeded" });
    world.clock.move(24 * HOUR);
    const bad = await world.end({
      state: "failed",
      errors: [broken("orders", 'column "amout" not found\nLINE 1: select amout'), broken("kpi", "skipped")],
    });
    await tick();
    await tick();
    const subject = `[critical] dbt Alert: shop prod, daily failed (run ${bad.id})`;
    const [alert] = await open();
    expect(mail.to("aoi@example.com")[0]!.parsed.text!.trim().split("\n")).toEqual([
      `Job daily failed in prod, 2026-11-19 06:01 JST.  A-${alert!.id}`,
      "Consumers: nothing is published in prod yet.",
      'Cause:     orders: column "amout" not found, models/orders.sql:17',
      "           1 downstream node skipped",
      `Since:     first failure; last success 11-18 06:01 (run ${good.id})`,
      `Do:        slipway run logs ${bad.id} --errors, then  slipway run retry ${bad.id}`,
      `           slipway ack A-${alert!.id}`,
      "Told:      田中 葵; B. Sato at 06:31 if nobody acknowledges",
    ]);
    expect(sent()).toEqual([`/slack: ${subject}`, `admin@example.com: ${subject}`, `aoi@example.com: ${subject}`]);
    await world.end({ state: "failed", errors: [broken("orders", "again")] });
    await tick();
    expect(sent()).toEqual([]);
    await world.end({ state: "failed", errors: [broken("orders", "again"), broken("customers", "boom")] });
    await tick();
    expect(sent()).toHaveLength(3);
    world.clock.move(12 * MINUTE);
    const retry = await world.end({ state: "succeeded", retryOf: bad.id });
    await tick();
    expect(mail.to("aoi@example.com")[0]!.parsed.text).toContain(
      `Resolved A-${alert!.id}: shop prod, daily. Open 12 min. Run ${retry.id} (retry, aoi).`,
    );
    expect(sent()).toHaveLength(3);
    expect((await open()).length).toBe(0);
    const rows = await listAudit(world.db, { subject: `alert A-${alert!.id}`, limit: 10 });
    expect(rows.map(({ what }) => what)).toEqual(["alert.resolved", "alert.changed", "alert.opened"]);
  });

  test("what was over before anybody looked is on record, and told to nobody", async () => {
    await world.end({ state: "failed" });
    await world.end({ state: "succeeded" });
    await tick();
    const [alert] = await listAlerts(world.db, await projectId(), 1);
    expect([alert!.cause, alert!.resolvedAt !== null, sent()]).toEqual(["run_failed/prod/daily", true, []]);
    expect((await noticesOf(world.db, [alert!.id])).every(({ state }) => state === "dropped")).toBe(true);
  });

  test("a run that died is no alert once a later one has ended, and keeps no other waiting", async () => {
    await world.end({ state: "interrupted" });
    await tick();
    await world.end({ state: "succeeded" });
    await tick();
    world.clock.move(MINUTE);
    await tick();
    expect([await open(), sent()]).toEqual([[], []]);
    const { id } = await world.end({ state: "interrupted" });
    await sql`insert into slipway_state.unjudged (project_id, run_id)
      select project_id, id from slipway_state.runs, generate_series(2, 50) where id = ${id}`.execute(world.db.kysely);
    await world.end({ state: "failed", job: "hourly" });
    await tick();
    expect((await open()).map(({ cause }) => cause)).toEqual(["run_failed/prod/hourly"]);
    world.clock.move(MINUTE);
    await tick();
    expect((await open()).map(({ cause, seen }) => [cause, seen])).toEqual([
      ["run_failed/prod/daily", 50],
      ["run_failed/prod/hourly", 1],
    ]);
    await mend();
  });

  test("fifty failures are one message, failed tests one warning by its own route", async () => {
    await world.end({ state: "failed", errors: Array.from({ length: 50 }, (_, i) => broken(`m${i}`, "boom")) });
    await tick();
    expect(mail.to("admin@example.com")).toHaveLength(1);
    expect(mail.to("admin@example.com")[0]!.parsed.text).toContain("and 45 more");
    await mend();
    const held = await world.end({
      state: "held",
      tests: [failing("unique_orders", 37), failing("not_null_orders", 4)],
    });
    await tick();
    const text = JSON.parse(web.posts[0]!.body)
      .blocks.map((block: { text: { text: string } }) => block.text.text)
      .join("\n");
    expect(text).toContain("2 of 2 tests failed in prod, job daily");
    expect(text).toContain("unique_orders 37 rows, models/orders.yml:12");
    expect(text).toContain("New data of 3 datasets is held.");
    expect(sent()).toEqual([`/slack: [warning] dbt Test Failures: shop prod, daily (run ${held.id})`]);
    await mend();
  });

  test("an outage is one alert for all jobs, and over with the first run that reaches the warehouse", async () => {
    const away = [broken("orders", "connection to server at 10.0.0.1 failed")];
    await world.end({ state: "failed", errors: away });
    await world.end({ state: "failed", job: "hourly", errors: away });
    await tick();
    expect((await open()).map(({ cause, seen }) => [cause, seen])).toEqual([["outage/prod", 2]]);
    expect(mail.to("admin@example.com")).toHaveLength(1);
    await world.end({ state: "succeeded", job: "hourly" });
    await tick();
    expect(await open()).toEqual([]);
    sent();
  });

  test("nobody acknowledges: up the chain, with the telephone number at its end; then acknowledged, and quiet", async () => {
    await world.end({ state: "failed" });
    await tick();
    sent();
    world.clock.move(29 * MINUTE);
    await tick();
    expect(sent()).toEqual([]);
    world.clock.move(MINUTE);
    await tick();
    const second = mail.to("sato@example.com");
    expect(second[0]!.parsed.subject).toMatch(/^\[critical, nobody answers\] dbt Alert: /);
    expect(second[0]!.parsed.text).toContain(
      "Told:      田中 葵, B. Sato; C. Mori at 07:29 if nobody acknowledges".replace(
        "07:29",
        /C\. Mori at (\d\d:\d\d)/.exec(second[0]!.parsed.text!)![1]!,
      ),
    );
    expect(sent()).toHaveLength(4);
    world.clock.move(30 * MINUTE);
    await tick();
    expect(mail.to("admin@example.com")[0]!.parsed.text).toContain("Call:      C. Mori, +81-3-0000-0000");
    sent();
    world.clock.move(4 * HOUR);
    await tick();
    expect(mail.to("admin@example.com")[0]!.parsed.subject).toMatch(/^\[critical, still open\]/);
    sent();
    const [alert] = await open();
    const quiet = { acknowledgedAt: world.clock.now(), acknowledgedBy: "aoi", escalateAt: null, repeatAt: null };
    await updateAlert(world.db, alert!.id, quiet, null);
    world.clock.move(24 * HOUR);
    await tick();
    expect(sent()).toEqual([]);
    await mend();
  });

  test("a silence keeps the alert and holds the message until it ends or is removed", async () => {
    const until = new Date(world.clock.now().getTime() + 2 * HOUR);
    const silence = (matchers: object) =>
      addSilence(
        world.db,
        { projectId: 1, matchers: { ...everything, ...matchers }, reason: "migration", until },
        "aoi",
      );
    await silence({ job: "hourly" });
    await silence({ job: "daily" });
    await world.end({ state: "failed" });
    await tick();
    expect([(await open()).length, sent()]).toEqual([1, []]);
    world.clock.move(2 * HOUR);
    await tick();
    expect(sent()).toHaveLength(3);
    await mend();
    const again = await addSilence(
      world.db,
      {
        projectId: await projectId(),
        matchers: { ...everything, environment: "prod" },
        reason: null,
        until: new Date(world.clock.now().getTime() + 90 * 24 * HOUR),
      },
      "aoi",
    );
    await world.end({ state: "failed" });
    await tick();
    expect(sent()).toEqual([]);
    const [alert] = await open();
    await removeSilence(
      world.db,
      { projectId: await projectId(), id: again.id, wake: [alert!.id] },
      { who: "aoi", why: null },
    );
    await tick();
    expect(sent()).toHaveLength(3);
    await mend();
  });

  test("three servers at once tell everything once", async () => {
    const servers = [world.session, await world.server(), await world.server()];
    for (let i = 0; i < 4; i++)
      await world.end({ state: "failed", job: i % 2 ? "hourly" : "daily", errors: [broken(`m${i}`, "boom")] });
    await Promise.all(servers.map(round));
    await Promise.all(servers.map(round));
    const all = await noticesOf(
      world.db,
      (await open()).map(({ id }) => id),
    );
    expect(all.length).toBe(2 * 3 + 2 * 3 + 2);
    expect(all.every(({ state, attempts }) => state === "sent" && attempts === 1)).toBe(true);
    expect(sent()).toHaveLength(all.length);
    await mend();
  });

  test("a message taken by a server that died is sent by the next one, in its order", async () => {
    await world.end({ state: "failed" });
    world.stop.abort();
    await tick();
    const taken = await claimNotices(world.db, await projectId(), {
      channels: ["mail", "team", "contacts.primary"],
      limit: 50,
      holdMs: 2 * MINUTE,
    });
    expect([taken.length, sent()]).toEqual([3, []]);
    const heir = await world.server(new AbortController().signal);
    await world.end({ state: "succeeded" });
    await round(heir);
    expect(sent()).toEqual([]);
    world.clock.move(2 * MINUTE);
    await round(heir);
    const subjects = mail.to("aoi@example.com").map(({ parsed }) => parsed.subject!.split(" ")[0]);
    expect(subjects).toEqual(["[critical]", "[resolved]"]);
    world.session = heir;
    await mend();
  });

  test("a channel that fails is tried again later, and its refusal is on record", async () => {
    web.replies.push({ status: 429, headers: { "retry-after": "120" } });
    mail.refuse.push("451 4.7.1 Greylisted", "451 4.7.1 Greylisted");
    await world.end({ state: "failed" });
    await tick();
    const [alert] = await open();
    expect(sent()).toHaveLength(1);
    world.clock.move(31_000);
    await tick();
    expect(sent()).toHaveLength(2);
    world.clock.move(90_000);
    mail.refuse.push("550 5.1.1 No such user");
    await tick();
    expect(sent()).toHaveLength(1);
    await mend();
    const all = await noticesOf(world.db, [alert!.id]);
    expect(
      all
        .slice(0, 3)
        .map(({ state, attempts }) => `${state} ${attempts}`)
        .sort(),
    ).toEqual(["sent 2", "sent 2", "sent 2"]);
    const refused = all.find(({ state }) => state === "failed");
    expect(render(refused!.lastError!, "en")).toMatch(/550 5\.1\.1 No such user/);
    const [row] = (await listAudit(world.db, { subject: `alert A-${alert!.id}`, limit: 5 })).filter(
      ({ what }) => what === "notice.failed",
    );
    expect(row!.details).toMatchObject({ channel: refused!.channel, recipient: refused!.recipient });
  });

  test("a mail server that does not answer keeps nobody else waiting", async () => {
    await using silent = await silentServer();
    const { ctx } = world.session;
    const env = { ...ctx.env, SLIPWAY_SMTP_URL: `smtp://127.0.0.1:${silent.port}` };
    const killed = new AbortController();
    const slow = { ...world.session, ctx: { ...ctx, env, killed: killed.signal } };
    await world.end({ state: "failed" });
    await noticeTick(slow);
    const mails = sendDue(slow, "mail");
    await sendDue(slow, "web");
    expect(sent()).toHaveLength(1);
    killed.abort();
    await mails;
    const [alert] = await open();
    const waiting = (await noticesOf(world.db, [alert!.id])).filter(({ state }) => state === "waiting");
    expect(waiting.map(({ attempts }) => attempts)).toEqual([1, 1]);
    await mend();
    world.clock.move(MINUTE);
    await tick();
    expect(sent()).toHaveLength(4);
  });

  test("stored secrets stay out of messages, whatever they look like", async () => {
    const { secretSet } = await import("../../src/ops/secrets.ts");
    const session = { ...world.session, ctx: { ...world.session.ctx, askSecret: async () => "2026" } };
    await secretSet(session, { name: "year", planId: null, reason: null });
    await world.end({ state: "failed", errors: [broken("orders", "no such column y2026x")] });
    await tick();
    expect(mail.to("admin@example.com")[0]!.parsed.text).toContain("orders: no such column y*****x");
    await mend();
  });

  test("what nobody could be told of is told once there is a place for it", async () => {
    world.configure("jobs: { daily: { environment: prod, steps: [dbt run] } }\n");
    const bare = await world.server(new AbortController().signal);
    const boom = { state: "failed" as const, errors: [broken("orders", "boom")] };
    await world.end(boom);
    await round(bare);
    await world.end(boom);
    await round(bare);
    expect([(await open()).map(({ seen, toldAt }) => [seen, toldAt]), sent()]).toEqual([[[2, null]], []]);
    await world.end(boom);
    await tick();
    expect(sent()).toHaveLength(3);
    await world.end(boom);
    await tick();
    expect(sent()).toEqual([]);
    await mend();
  });

  test("a run that could not look at a source does not say that it is fresh again", async () => {
    const desk = await alertDesk(world.session);
    const end = { runId: null, how: "other", actor: null, serves: null } as const;
    const stale = (...names: string[]): Condition => ({
      ...{ cause: "stale/prod", kind: "stale", severity: "warning", environment: "prod", job: null },
      ...{ owners: [], tags: [], body: { ...alertBody(null), names } },
    });
    const judged = async (raise: Condition[], looked: string[]) => {
      const judgement = { raise, settle: raise.length > 0 ? [] : ["stale/prod"], looked };
      await world.db.transaction((trx) => applyJudgement(trx, desk, judgement, end));
      await tick();
      return [(await open()).map(({ body }) => body.names), sent().length];
    };
    expect(await judged([stale("raw.a", "raw.b")], ["raw.a", "raw.b"])).toEqual([[["raw.a", "raw.b"]], 1]);
    expect(await judged([], [])).toEqual([[["raw.a", "raw.b"]], 0]);
    expect(await judged([], ["raw.a"])).toEqual([[["raw.b"]], 0]);
    expect(await judged([stale("raw.c")], ["raw.c"])).toEqual([[["raw.b", "raw.c"]], 1]);
    expect(await judged([stale("raw.b")], ["raw.b"])).toEqual([[["raw.b", "raw.c"]], 0]);
    expect(await judged([], ["raw.b", "raw.c"])).toEqual([[], 1]);
  });

  test("what others find is raised once and settled once; a channel that is gone drops its messages", async () => {
    const condition: Condition = {
      cause: "disk",
      kind: "disk",
      severity: "warning",
      environment: "prod",
      job: null,
      owners: [],
      tags: [],
      body: { ...alertBody(null), findings: [], names: [] },
    };
    await raiseAlert(world.session, condition);
    await raiseAlert(world.session, condition);
    const [alert] = await open();
    expect(alert!.seen).toBe(2);
    world.configure("");
    const bare = await world.server(new AbortController().signal);
    await round(bare);
    expect((await noticesOf(world.db, [alert!.id])).map(({ state }) => state)).toEqual(["dropped"]);
    await settleAlert(world.session, "disk");
    await settleAlert(world.session, "disk");
    expect([await open(), sent()]).toEqual([[], []]);
  });
});
