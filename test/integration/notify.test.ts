// Channels against real servers: mail with TLS and log-in, HTTP, files, and what each makes of the failures that servers give.
import { createHmac, timingSafeEqual } from "node:crypto";
import { Resolver } from "node:dns";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import type { NoticeBody } from "../../src/core/notices/alert.ts";
import { explainNotice } from "../../src/core/notices/message.ts";
import { payloadOf } from "../../src/core/notices/payload.ts";
import { systemClock } from "../../src/lib/clock.ts";
import type { Language } from "../../src/lib/text.ts";
import { deliver } from "../../src/notify/deliver.ts";
import type { Letter, Target } from "../../src/notify/delivery.ts";
import { sign } from "../../src/notify/webhook.ts";
import { render } from "../../src/text/catalogue.ts";
import { mailServer, silentServer, webServer } from "../support/channels.ts";
import { mailCertificate } from "../support/mail-certificate.ts";
import { alertBody } from "../support/state-samples.ts";

const notice = (kind: NoticeBody["kind"], more: Partial<NoticeBody> = {}): NoticeBody => ({
  kind,
  project: "shop",
  alert: {
    id: 27,
    kind: "run_failed",
    severity: "critical",
    environment: "prod",
    job: "daily",
    seen: 1,
    firstRunId: 405,
    openedAt: "2026-11-17T21:01:00Z",
  },
  body: alertBody(405),
  told: { names: ["田中 葵"], next: null },
  calls: null,
  resolved: null,
  ...more,
});

function letter(kind: NoticeBody["kind"] = "opened", lang: Language = "en", more: Partial<NoticeBody> = {}): Letter {
  const body = notice(kind, more);
  const message = explainNotice(body, { lang, timezone: "Asia/Tokyo" });
  const id = `slipway-0000-n${kind === "opened" ? 1 : 2}`;
  return { id, thread: "slipway-0000-a-27", message, payload: payloadOf(id, body, message) };
}

const send = (one: Letter, target: Target, signal = new AbortController().signal) =>
  deliver(one, target, { clock: systemClock, signal });
/** The kind, the wait and the words of what became of it. */
async function outcome(delivery: ReturnType<typeof deliver>): Promise<string> {
  const found = await delivery;
  if (found.kind === "sent") return "sent";
  const wait = found.kind === "retry" && found.afterMs !== null ? ` ${found.afterMs}` : "";
  return `${found.kind}${wait}: ${render(found.why, "en")}`;
}

const mailTarget = (url: string, ca: string | null = mailCertificate): Target => ({
  type: "email",
  server: url,
  ca,
  from: null,
  to: "aoi@example.com",
});

test.each([{ tls: true }, { tls: false }])(
  "a mail is encrypted, logged in, and threaded by its alert (%o)",
  async (wish) => {
    await using server = await mailServer(wish);
    expect(await send(letter("opened", "ja"), mailTarget(server.url))).toEqual({ kind: "sent" });
    const resolved = { resolved: { run: 406, how: "retry" as const, actor: "aoi", openMs: 4_320_000 } };
    expect(await send(letter("resolved", "ja", resolved), mailTarget(server.url))).toEqual({ kind: "sent" });
    const [first, second] = server.mails;
    expect([first!.secure, first!.user]).toEqual([true, "slipway@example.com"]);
    expect(first!.parsed.subject).toBe("[critical] dbt Alert: shop prod、daily 失敗 (実行 405)");
    expect(first!.parsed.from).toMatchObject({ name: "Slipway", address: "slipway@example.com" });
    expect(first!.parsed.text).toContain("利用者: prod は r38 (2026-11-17 06:00 JST のデータ) を公開中です。");
    expect(first!.parsed.html).toContain('<html lang="ja">');
    expect(first!.parsed.messageId).toBe("<slipway-0000-a-27@example.com>");
    expect(second!.parsed.inReplyTo).toBe(first!.parsed.messageId);
    expect(second!.parsed.references).toBe(first!.parsed.messageId);
    expect(second!.parsed.messageId).toBe("<slipway-0000-n2@example.com>");
    expect(second!.parsed.text).toContain("解決 A-27: shop prod、daily。1時間12分で解消 (実行 406、再実行、aoi)");
  },
);

test("foreign text is escaped in HTML and cannot add headers", async () => {
  await using server = await mailServer();
  const finding = { name: "<b>orders</b>", message: "a\r\nBcc: x@example.com", place: null, rows: null };
  const odd = { project: "shop\r\nBcc: x@example.com", body: { ...alertBody(405), findings: [finding] } };
  expect(await send(letter("opened", "en", odd), mailTarget(server.url))).toEqual({ kind: "sent" });
  const [mail] = server.mails;
  expect(mail!.parsed.html).toContain("&lt;b&gt;orders&lt;/b&gt;");
  expect(mail!.parsed.bcc).toBeUndefined();
  expect(server.mails).toHaveLength(1);
});

test("what a mail server says decides: greylisting may pass, a refusal does not, a log-in is tried rarely", async () => {
  await using server = await mailServer();
  server.refuse.push("451 4.7.1 Greylisted, try again later", "550 5.1.1 No such user");
  expect(await outcome(send(letter(), mailTarget(server.url)))).toMatch(
    /^retry: mail server localhost: .*451 4\.7\.1 Greylisted/,
  );
  expect(await outcome(send(letter(), mailTarget(server.url)))).toMatch(
    /^refused: mail server localhost: .*550 5\.1\.1 No such user/,
  );
  expect(await outcome(send(letter(), mailTarget(server.url)))).toBe("sent");
  const wrong = server.url.replace("p%40ss%2Fword", "100%25other%");
  const login = await outcome(send(letter(), mailTarget(wrong)));
  expect(login).toMatch(/^retry 900000: mail server localhost: .*no account with \*\*\*\*\*$/);
  expect(server.mails).toHaveLength(1);
});

test("a certificate that nobody vouches for is not trusted; nobody at the port is tried again", async () => {
  let url = "";
  {
    await using server = await mailServer({ tls: true });
    url = server.url;
    expect(await outcome(send(letter(), mailTarget(url, null)))).toMatch(
      /^retry: mail server localhost: .*self-signed/,
    );
    expect(server.mails).toEqual([]);
  }
  expect(await outcome(send(letter(), mailTarget(url)))).toMatch(/^retry: mail server localhost: .*ECONNREFUSED/);
  expect(await outcome(send(letter(), mailTarget("http://x")))).toBe(
    "retry: SLIPWAY_SMTP_URL is no smtp: or smtps: URL",
  );
});

test("a mail server's name is looked up as the machine does it, whatever name servers do", async () => {
  const silence = () => undefined;
  for (const family of ["resolve4", "resolve6"] as const)
    vi.spyOn(Resolver.prototype, family).mockImplementation(silence);
  onTestFinished(() => void vi.restoreAllMocks());
  await using server = await mailServer();
  expect(await send(letter(), mailTarget(server.url))).toEqual({ kind: "sent" });
  expect(await outcome(send(letter(), mailTarget("smtp://no-such-host.invalid")))).toMatch(
    /^retry: mail server no-such-host\.invalid: .*(ENOTFOUND|EAI_AGAIN)/,
  );
});

test("a webhook is signed over time and body, and names itself the same in every attempt", async () => {
  await using server = await webServer();
  server.replies.push({ status: 503 });
  const target: Target = { type: "webhook", url: `${server.url}/in/secret-path`, key: "k3y" };
  expect(await outcome(send(letter(), target))).toMatch(/^retry: 127\.0\.0\.1:\d+ answered 503$/);
  expect(await outcome(send(letter(), target))).toBe("sent");
  const [first, second] = server.posts;
  const time = second!.headers["slipway-timestamp"] as string;
  expect(second!.headers["slipway-signature"]).toBe(`v1=${sign("k3y", time, second!.body)}`);
  expect(Math.abs(Date.now() / 1000 - Number(time))).toBeLessThan(60);
  expect([first!.headers["slipway-notice"], second!.headers["slipway-notice"]]).toEqual([
    "slipway-0000-n1",
    "slipway-0000-n1",
  ]);
  expect(JSON.parse(second!.body)).toMatchObject({
    schema: "notice/1",
    kind: "opened",
    alert: "A-27",
    severity: "critical",
    job: "daily",
    serves: { release: 38 },
    last_good: { run: 404 },
  });
});

test("a receiver that does what the documents say knows a genuine message from any other", async () => {
  await using server = await webServer();
  await send(letter(), { type: "webhook", url: server.url, key: "k3y" });
  const [{ headers, body }] = server.posts as [(typeof server.posts)[number]];
  const code = /```js\n(.*?)```/s.exec(readFileSync("docs/notices.md", "utf8"))![1]!;
  const receiver = new Function("createHmac", "timingSafeEqual", "key", "headers", "body", `${code}return genuine;`);
  const genuine = (more: object, text = body, key = "k3y") =>
    receiver(createHmac, timingSafeEqual, key, { ...headers, ...more }, Buffer.from(text));
  expect(genuine({})).toBe(true);
  const old = String(Math.floor(Date.now() / 1000) - 301);
  const again = { "slipway-timestamp": old, "slipway-signature": `v1=${sign("k3y", old, body)}` };
  const forged: [object, string?, string?][] = [
    [{}, body.replace("critical", "info")],
    [{}, body, "k3z"],
    [{ "slipway-timestamp": old }],
    [again],
    [{ "slipway-timestamp": undefined, "slipway-signature": undefined }],
    [{ "slipway-signature": "v1=" }],
  ];
  expect(forged.map((one) => genuine(...one))).toEqual(forged.map(() => false));
});

test("Slack gets blocks, with its three characters escaped", async () => {
  await using server = await webServer();
  const finding = { name: "orders", message: 'a < b & "c" > d', place: null, rows: null };
  const calls = { name: "Aoi", slack: "<@U024BE7LH>", phone: null };
  const one = letter("opened", "en", { body: { ...alertBody(405), findings: [finding] }, calls });
  expect(await outcome(send(one, { type: "slack", url: server.url }))).toBe("sent");
  const body = JSON.parse(server.posts[0]!.body);
  expect(body.text).toBe("[critical] dbt Alert: shop prod, daily failed (run 405)");
  const texts = body.blocks.map((block: { text: { text: string } }) => block.text.text);
  expect(texts[0]).toBe(":warning: *[critical] dbt Alert: shop prod, daily failed (run 405)*  A-27  <@U024BE7LH>");
  expect(texts[2]).toContain('*Cause*  orders: a &lt; b &amp; "c" &gt; d');
  expect(texts[2]).toContain("`slipway ack A-27`");
});

test("Slack: a group is called, a name is not; what is too long ends in whole letters", async () => {
  await using server = await webServer();
  const finding = { name: "&".repeat(1_000), message: "<".repeat(1_000), place: null, rows: null };
  for (const slack of ["<!subteam^S04B0QKMX>", "<!here>", "@aoi & co", "<https://x.example|Aoi>"]) {
    const one = letter("opened", "en", {
      body: { ...alertBody(405), findings: [finding] },
      calls: { name: "Aoi", slack, phone: null },
    });
    expect(await outcome(send(one, { type: "slack", url: server.url }))).toBe("sent");
  }
  const texts = server.posts.map(({ body }) =>
    JSON.parse(body).blocks.map((block: { text: { text: string } }) => block.text.text as string),
  );
  expect(texts.map(([first]) => first.split("A-27  ")[1])).toEqual([
    "<!subteam^S04B0QKMX>",
    "<!here>",
    "@aoi &amp; co",
    "&lt;https://x.example|Aoi&gt;",
  ]);
  expect(texts[0]![2].length).toBeLessThanOrEqual(3_000);
  expect(texts[0]![2]).toMatch(/(?:&amp;|&lt;)\.\.$/);
});

test("what a web server answers decides, and no message names more of its address than the host", async () => {
  await using server = await webServer();
  const target: Target = { type: "slack", url: `${server.url}/services/T0/B0/secret` };
  const asked = new Date(Date.now() + 120_000).toUTCString();
  server.replies.push(
    { status: 429, headers: { "retry-after": "30" } },
    { status: 429, headers: { "retry-after": asked } },
    { status: 500, body: "try later\nstack" },
    { status: 404, body: "no_service" },
    { status: 302, headers: { location: "http://elsewhere.example" } },
    "close",
  );
  const answers: string[] = [];
  for (let i = 0; i < 6; i++)
    answers.push((await outcome(send(letter(), target))).replaceAll(/127\.0\.0\.1:\d+/g, "HOST"));
  expect(answers[0]).toBe("retry 30000: HOST answered 429");
  expect(Number(/^retry (\d+): /.exec(answers[1]!)![1])).toBeGreaterThan(30_000);
  expect(answers.slice(2)).toEqual([
    "retry: HOST answered 500: try later",
    "refused: HOST answered 404: no_service",
    "refused: HOST answered 302",
    expect.stringMatching(/^retry: HOST did not answer: /),
  ]);
  expect(answers.join()).not.toContain("secret");
});

test("what was taken is sent, whatever follows; a refusal that breaks off is one", async () => {
  await using server = await webServer();
  const target: Target = { type: "slack", url: `${server.url}/services/T0/B0/secret` };
  server.replies.push(
    { status: 200, body: "o", end: "stall" },
    { status: 202, body: "o", end: "break" },
    { status: 410, end: "break" },
    { status: 503, headers: { "retry-after": "7" }, end: "stall" },
  );
  const io = { clock: systemClock, signal: new AbortController().signal, answerMs: 2_000 };
  const answers: string[] = [];
  for (let i = 0; i < 4; i++)
    answers.push((await outcome(deliver(letter(), target, io))).replaceAll(/127\.0\.0\.1:\d+/g, "HOST"));
  expect(answers).toEqual(["sent", "sent", "refused: HOST answered 410", "retry 7000: HOST answered 503"]);
});

test("an account in an address logs in, and no part of an address that a server repeats is told", async () => {
  await using server = await webServer();
  const url = `${server.url.replace("//", "//aoi:p%40ss%25w0rd@")}/hooks/T0123456789/x?key=4bcdefgh`;
  const said = "Cannot POST /hooks/T0123456789/x?key=4bcdefgh (T0123456789, 4bcdefgh, aoi:p@ss%w0rd)";
  server.replies.push({ status: 404, body: said });
  const answer = await outcome(send(letter(), { type: "slack", url }));
  expect(answer.replaceAll(/127\.0\.0\.1:\d+/g, "HOST")).toBe(
    "refused: HOST answered 404: Cannot POST ***** (*****, *****, aoi:*****)",
  );
  expect(server.posts[0]!.headers.authorization).toBe(`Basic ${Buffer.from("aoi:p@ss%w0rd").toString("base64")}`);
});

test("a server that never answers is given up, after a while and by a stop", async () => {
  await using server = await webServer();
  server.replies.push("silence");
  const io = { clock: systemClock, signal: new AbortController().signal, answerMs: 300 };
  expect(await outcome(deliver(letter(), { type: "slack", url: server.url }, io))).toMatch(
    /^retry: 127\.0\.0\.1:\d+ did not answer within 0\.3 s$/,
  );
  await using silent = await silentServer();
  const mail = mailTarget(`smtp://localhost:${silent.port}`);
  expect(await outcome(deliver(letter(), mail, io))).toMatch(
    /^retry: mail server localhost: (Timeout|Greeting never received)/,
  );
  await using dripping = await silentServer("220-wait a little\r\n");
  const dripped = mailTarget(`smtp://localhost:${dripping.port}`);
  expect(await outcome(deliver(letter(), dripped, { ...io, answerMs: 60_000, wholeMs: 500 }))).toBe(
    "retry: localhost did not answer within 0.5 s",
  );
  server.posts.length = 0;
  server.replies.push("silence");
  const stop = new AbortController();
  const sending = outcome(send(letter(), { type: "slack", url: server.url }, stop.signal));
  await expect.poll(() => server.posts.length).toBe(1);
  stop.abort();
  expect(await sending).toMatch(/^retry: 127\.0\.0\.1:\d+ did not answer: /);
});

test("a file gets a line of JSON each, and says what is wrong with it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-notify-"));
  const path = join(folder, "logs", "通知.log");
  expect(await outcome(send(letter(), { type: "log", path }))).toBe("sent");
  expect(await outcome(send(letter("repeat"), { type: "log", path }))).toBe("sent");
  const lines = readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map(({ kind, alert, schema }) => [kind, alert, schema])).toEqual([
    ["opened", "A-27", "notice/1"],
    ["repeat", "A-27", "notice/1"],
  ]);
  expect(await outcome(send(letter(), { type: "log", path: join(path, "inner") }))).toMatch(
    /^retry: .* cannot be written: (ENOTDIR|EEXIST)$/,
  );
  rmSync(folder, { recursive: true });
});
