import { expect, test } from "vitest";
import { systemClock } from "../../lib/clock.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { openServerLog } from "./server-log.ts";

const at = new Date("2026-11-20T00:14:31.000Z");
function start(pretty: boolean, level?: string) {
  const lines: string[] = [];
  const clock = { ...systemClock, now: () => at };
  const log = { write: (text: string) => void lines.push(text), pretty };
  return {
    lines,
    log: openServerLog(
      { log, lang: "en", clock, env: { SLIPWAY_LOG_LEVEL: level } },
      { server: "s1", project: "shop" },
      "Asia/Tokyo",
    ),
  };
}

test("a line is a JSON object with what it is about", () => {
  const { log, lines } = start(false);
  log.info(say("serve.run_started", { run: 7 }), { run: 7, job: "daily" });
  expect(JSON.parse(lines[0]!)).toEqual({
    level: "info",
    time: "2026-11-20T00:14:31.000Z",
    server: "s1",
    project: "shop",
    event: "serve.run_started",
    run: 7,
    job: "daily",
    message: "run 7 started",
  });
});

test("an error says what and what next; our own mistakes also from where", () => {
  const { log, lines } = start(false);
  const text = say("serve.duty_failed", { duty: "schedule" });
  log.error(text, new AppError("upstream", say("db.unreachable", { place: "h" }), { hint: say("db.url_hint") }));
  log.error(text, new Error("boom"));
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: "error",
    code: "upstream",
    hint: expect.stringContaining("URL"),
  });
  expect(JSON.parse(lines[1]!)).toMatchObject({ error: "boom", stack: expect.stringContaining("server-log.test") });
});

test("on a terminal a line is for reading, with the time of the project's zone", () => {
  const { log, lines } = start(true);
  log.warn(say("serve.run_ended", { run: 7, state: "held" }), { run: 7, job: "daily", environment: null });
  expect(lines).toEqual(["09:14:31 ! run 7 held  run=7 job=daily\n"]);
});

test("known secrets never get in", () => {
  const { log, lines } = start(false);
  log.hide(["s3cr3t-value"]);
  log.error(
    say("serve.stopping", { running: 0, grace: 5 }),
    new Error("no access with s3cr3t-value at pg://u:pw1@h/d"),
  );
  expect(lines.join("")).not.toMatch(/s3cr3t|pw1/);
  log.hide(["2026", "4121"]);
  log.info(say("serve.run_started", { run: 7 }), { run: 4121, key: "x4121" });
  expect(JSON.parse(lines[1]!)).toMatchObject({ time: at.toISOString(), run: 4121, key: "x*****" });
  log.hide([]);
  log.info(say("serve.run_started", { run: 7 }), { a: "http://h:80", b: "aoi@h" });
  expect(JSON.parse(lines[2]!)).toMatchObject({ a: "http://h:80", b: "aoi@h" });
});

test("what is told of every request is written where it is asked for", () => {
  const request = say("serve.request", { method: "GET", path: "/health", status: 200 });
  const told = (level?: string) => {
    const { log, lines } = start(false, level);
    log.debug(request, { request_id: "r1" });
    log.info(request);
    log.warn(request);
    return lines.map((line) => JSON.parse(line).level);
  };
  expect([told(), told("Debug"), told("warn"), told("all of it")]).toEqual([
    ["info", "warn"],
    ["debug", "info", "warn"],
    ["warn"],
    ["info", "warn"],
  ]);
});
