// The file of a run's log: written as it goes, read while it grows, never with a secret in it.
import { execFile } from "node:child_process";
import { appendFile, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LogLine } from "../../src/core/evidence/run-log.ts";
import type { ProgressEvent } from "../../src/core/progress.ts";
import { createRunLog, runLogFile } from "../../src/flow/secrets/run-log.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { makeScrubber } from "../../src/lib/scrub.ts";
import { followLog, readLog } from "../../src/ops/runs/read-log.ts";
import { say } from "../../src/text/catalogue.ts";
import { testPython } from "../support/python.ts";

let home = "";
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "slipway log "));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const noSecrets = async () => makeScrubber(["hunter2hunter2"]);
const result = (uniqueId: string, message: string) => ({
  kind: "result" as const,
  row: {
    uniqueId,
    status: "success" as const,
    message,
    failures: null,
    executionMs: 12.3456,
    thread: "Thread-1",
    compileStartedAt: null,
    compileCompletedAt: null,
    executeStartedAt: null,
    executeCompletedAt: null,
    rowsAffected: null,
    compiledCode: null,
    adapterResponse: null,
  },
});

const linesOf = async (runId: number): Promise<LogLine[]> => {
  const lines: LogLine[] = [];
  await readLog(runLogFile(home, runId), (line) => lines.push(line));
  return lines;
};

test("what was told before the run had a number comes first, and people still see it", async () => {
  const shown: ProgressEvent[] = [];
  const { log, progress } = createRunLog(home, systemClock, (event) => shown.push(event));
  progress({ kind: "phase_started", phase: "ingest", total: 0, estimateMs: null });
  await log.begin({ id: 1, environment: "prod" }, noSecrets);
  await log.begin({ id: 1, environment: "prod" }, () => Promise.reject(new Error("asked twice")));
  log.step(3);
  log.engine(result("model.shop.orders", "OK hunter2hunter2"));
  log.write({
    level: "info",
    event: "note",
    message: "hunter2hunter2",
    text: say("sql.refused", { why: "hunter2hunter2" }),
  });
  progress({
    kind: "phase_finished",
    phase: "build",
    ok: true,
    ms: 5,
    summary: say("flow.built", { built: 1, reused: 0 }),
  });
  expect(log.phases()).toMatchObject([{ name: "build", ok: true, ms: 5 }]);
  await log.end();
  const lines = await linesOf(1);
  expect(lines.map((line) => [line.event, line.step, line.ms])).toEqual([
    ["phase_started", null, null],
    ["node_finished", 3, 12.3],
    ["note", 3, null],
    ["phase_finished", 3, 5],
  ]);
  expect(lines[0]).toMatchObject({ run_id: 1, environment: "prod", text: { id: "log.phase_started" } });
  expect(lines[2]).not.toHaveProperty("text");
  expect(await readFile(runLogFile(home, 1), "utf8")).not.toContain("hunter2");
  expect((await stat(runLogFile(home, 1))).mode & 0o077).toBe(0);
  expect(shown).toHaveLength(2);
});

test("a log that cannot be written hurts nobody", async () => {
  const { log } = createRunLog(join(home, "runs/1/events.jsonl"), systemClock, () => {});
  await log.begin({ id: 2, environment: "prod" }, noSecrets);
  log.write({ level: "info", event: "note", message: "x" });
  await log.end();
});

test("a file is followed through half lines to the end of its run", async () => {
  const file = join(home, "grows.jsonl");
  const line = (message: string, event = "note") =>
    `${JSON.stringify({ at: "2026-11-20T00:00:00Z", event, message })}\n`;
  const seen: string[] = [];
  let [ended, looks] = [false, 0];
  const clock = {
    ...systemClock,
    sleep: async () => {
      looks++;
      await systemClock.sleep(5);
    },
  };
  const following = followLog(
    { file, clock, hasEnded: async () => ended, signal: new AbortController().signal },
    ({ message }) => {
      seen.push(message);
      if (message === "二") ended = true;
    },
  );
  const [first, second] = [line("一"), Buffer.from(line("二"))];
  await appendFile(file, first);
  while (!seen.includes("一")) await systemClock.sleep(20);
  // Within a character of three bytes.
  const cut = second.indexOf(Buffer.from("二")) + 1;
  await appendFile(file, second.subarray(0, cut));
  const before = looks;
  while (looks < before + 3) await systemClock.sleep(5);
  expect(seen).toEqual(["一"]);
  await appendFile(file, Buffer.concat([second.subarray(cut), Buffer.from(line("三"))]));
  // The run is on record as ended, and its last line is on its way.
  while (!seen.includes("三")) await systemClock.sleep(5);
  await appendFile(file, line("四", "run_finished"));
  expect(await following).toBe(true);
  expect(seen).toEqual(["一", "二", "三", "四"]);
});

test("a log that never was is said to be missing", async () => {
  const signal = AbortSignal.abort();
  expect(await readLog(join(home, "none.jsonl"), () => {})).toBe(false);
  const following = { file: join(home, "none.jsonl"), clock: systemClock, hasEnded: async () => false, signal };
  expect(await followLog(following, () => {})).toBe(false);
});

test("what dbt's process sends has no beginning of a secret at the place where it is cut", async () => {
  const code = `
from protocol import Scrubber, TEXT_LENGTH_MAX
text = Scrubber({"API_KEY": "hunter2hunter2"})("x" * (TEXT_LENGTH_MAX - 7) + "hunter2hunter2" + "y" * TEXT_LENGTH_MAX)
print(len(text) - TEXT_LENGTH_MAX, text[-8:])`;
  const { stdout } = await promisify(execFile)(await testPython(), ["-B", "-c", code], { cwd: "sidecar" });
  expect(stdout).toBe("0 x*****yy\n");
});

test("lines carry the release from when there is one", async () => {
  const { log, progress } = createRunLog(home, systemClock, () => {});
  await log.begin({ id: 41, environment: "prod" }, noSecrets);
  const line = (message: string) => log.write({ level: "info", event: "note", message });
  line("building");
  log.release(7);
  line("verified");
  progress({ kind: "switched", environment: "prod", release: 8, switchMs: 3 });
  line("ended");
  await log.end();
  await log.begin({ id: 42, environment: "prod" }, noSecrets);
  line("another run");
  await log.end();
  expect((await linesOf(41)).map(({ release }) => release)).toEqual([null, 7, 8, 8]);
  expect((await linesOf(42)).map(({ release }) => release)).toEqual([null]);
});
