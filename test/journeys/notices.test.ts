// The bad night of a team: a job fails on the server, a mail and Slack say so, somebody is on it, and it is over. By hand as a user types it.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectStopped, type ServerProcess, startServer } from "../faults/servers.ts";
import { newTiny, type Tiny } from "../faults/tiny.ts";
import { type MailServer, mailServer, type WebServer, webServer } from "../support/channels.ts";
import { mailCertificate } from "../support/mail-certificate.ts";

const config = `version: 1
timezone: Asia/Tokyo
lang: ja
environments:
  prod: { target: prod, confirm: false }
jobs:
  daily: { environment: prod, steps: [dbt build] }
notices:
  channels:
    mail: { type: email, to: [admin@example.com], lang: en }
    team: { type: slack, webhook_url: { secret: slack_url } }
  routes:
    - { severity: critical, owner: Aoi Tanaka, to: [mail, team] }
    - { severity: warning, tag: finance, to: [team] }
contacts:
  primary: { name: 田中 葵, email: aoi@example.com }
`;
/** Longer than two attempts: a message that did not get through on a busy machine goes again after 30 s, then after a minute. */
const patience = { timeout: 150_000, interval: 50 };

let tiny: Tiny;
let mail: MailServer;
let web: WebServer;
let server: ServerProcess;
let env: Record<string, string>;
const ask = (...args: string[]) => tiny.ask(args, env);
/** What the server could not do is the reason, should nobody be told. */
const troubles = () => server.log.filter(({ level }) => level === "error").map(({ message }) => message);
const told = (address: string, count: number) =>
  expect.poll(() => [mail.to(address).length, troubles()], patience).toEqual([count, []]);
const models = (tag: string) => `version: 2
models:
  - name: notes_view
    config: { tags: [${tag}], meta: { owner: Aoi Tanaka } }
    columns: [{ name: note, data_tests: [unique] }]
`;

beforeAll(async () => {
  [mail, web] = [await mailServer(), await webServer()];
  tiny = await newTiny("duckdb", { config });
  const authority = join(tiny.dir, "..", "mail-authority.pem");
  writeFileSync(authority, mailCertificate);
  env = {
    SLIPWAY_SMTP_URL: mail.url,
    SLIPWAY_SMTP_CA: authority,
    SLIPWAY_SECRET_KEY: Buffer.alloc(32, 5).toString("base64"),
  };
  tiny.write("models/notes_view.yml", models("finance"));
  tiny.write("models/notes_view.sql", "select id, no_such_note as note from {{ ref('notes') }}\n");
  tiny.commit("A view with a misspelt column");
});
afterAll(async () => {
  server?.family.killAll();
  await mail?.[Symbol.asyncDispose]();
  await web?.[Symbol.asyncDispose]();
  await tiny?.[Symbol.asyncDispose]();
});

test("a channel says what it misses before it is needed", async () => {
  const missing = await ask("notify", "test", "team");
  expect([missing.code, missing.json.code]).toEqual([3, "problems_found"]);
  expect(missing.json.data.results[0]).toMatchObject({ sent: false, error: expect.stringContaining("slack_url") });
  const doctor = await ask("doctor");
  expect(doctor.stdout).toContain("slipway secret set slack_url");
  const set = await tiny.slipway(["secret", "set", "slack_url"], env, `${web.url}/services/hidden-path`);
  expect(set.code, set.stderr).toBe(0);
  for (const channel of ["team", "mail"]) expect((await ask("notify", "test", channel)).json.code).toBe("done");
  expect(web.posts.splice(0).map(({ path }) => path)).toEqual(["/services/hidden-path"]);
  expect(mail.mails.splice(0).map(({ to, parsed }) => [to, parsed.subject])).toEqual([
    ["admin@example.com", "Slipway test: tiny, channel mail"],
  ]);
});

test("a job fails at night: owners' routes and the contact are told what consumers see and what to type", async () => {
  server = await startServer(tiny, [], env);
  const failed = await ask("job", "run", "daily", "--commit", "HEAD");
  expect(failed.code, failed.stdout + failed.stderr).toBe(3);
  await told("aoi@example.com", 1);
  await told("admin@example.com", 1);
  await expect.poll(() => web.posts.length, patience).toBe(1);
  const run = failed.json.data.run_id as number;
  const text = mail.to("admin@example.com")[0]!.parsed.text!;
  expect(text).toContain(`Job daily failed in prod, `);
  expect(text).toContain("step 2 (dbt build).  A-1");
  expect(text).toContain("Consumers: nothing is published in prod yet.");
  expect(text).toMatch(/Cause: +notes_view: .*no_such_note/);
  expect(text).toContain(`slipway run logs ${run} --errors, then  slipway run retry ${run}`);
  expect(text).not.toMatch(/select id|LINE \d|hidden-path/);
  expect(mail.to("aoi@example.com")[0]!.parsed.subject).toBe(
    `[critical] dbt Alert: tiny prod、daily 失敗 (実行 ${run})`,
  );
});

test("somebody is on it; repaired, everybody hears that it is over and what consumers see", async () => {
  // A server has a message before Slipway has its answer.
  await expect
    .poll(async () => (await ask("alerts")).json.data.alerts, patience)
    .toMatchObject([{ alert: "A-1", severity: "critical", job: "daily", messages: { sent: 3 } }]);
  const ack = await ask("ack", "A-1", "--reason", "column was renamed");
  expect(ack.json.data.alert).toMatchObject({ acknowledged_reason: "column was renamed", next: null });
  expect((await ask("ack", "1")).json.code).toBe("nothing_to_do");
  const shown = await tiny.slipway(["alerts", "A-1", "--lang", "ja"], env);
  expect(shown.stdout).toContain("確認済み");
  tiny.write("models/notes_view.sql", "select id, release as note from {{ ref('notes') }} where id = 1\n");
  tiny.commit("The column's name");
  const good = await ask("job", "run", "daily", "--commit", "HEAD");
  expect(good.code, good.stdout + good.stderr).toBe(0);
  await told("admin@example.com", 2);
  expect(mail.to("admin@example.com")[1]!.parsed.text).toMatch(
    /^Resolved A-1: tiny prod, daily\. Open .*\nConsumers: prod serves r\d+/,
  );
  expect(mail.to("admin@example.com")[1]!.parsed.references).toBe(mail.to("admin@example.com")[0]!.parsed.messageId);
  expect((await ask("alerts")).json.data.alerts).toEqual([]);
});

test("failing tests warn their tag's route, unless it is silenced; the server stops with nothing lost", async () => {
  const silence = await ask("silence", "add", "--tag", "finance", "--for", "2h", "--reason", "migration");
  expect(silence.json.data.silence.matchers).toMatchObject({ tag: "finance" });
  web.posts.length = 0;
  tiny.write("models/notes_view.sql", "select id, 7 as note from {{ ref('notes') }}\n");
  tiny.commit("Notes are all the same");
  const held = await ask("job", "run", "daily", "--commit", "HEAD");
  expect(held.code, held.stdout + held.stderr).toBe(3);
  const open = async () => (await ask("alerts")).json.data.alerts as { alert: string; silenced_until: string | null }[];
  await expect.poll(open, patience).toMatchObject([{ kind: "tests_failed", silenced_until: expect.any(String) }]);
  expect(web.posts).toEqual([]);
  await ask("silence", "remove", String(silence.json.data.silence.id));
  await expect.poll(() => web.posts.length, patience).toBe(1);
  expect(web.posts[0]!.body).toContain("dbt Test Failures: tiny prod、daily");
  expect((await ask("silence", "list")).json.data.silences).toEqual([]);
  await expectStopped(server);
});
