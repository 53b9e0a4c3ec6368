import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ProgressEvent } from "../core/progress.ts";
import { say } from "../text/catalogue.ts";
import { createProgress } from "./progress.ts";
import { progressLine } from "./progress-line.ts";
import { follow, idle } from "./progress-state.ts";
import type { Style } from "./render/style.ts";

const style = (lang: Style["lang"] = "en"): Style => ({ lang, width: 80, colour: false, unicode: true, all: false });

const building: ProgressEvent[] = [
  { kind: "phase_started", phase: "build", total: 4, estimateMs: 55_000 },
  { kind: "node_started", node: "a", name: "orders" },
  { kind: "node_finished", node: "a", name: "orders", status: "built", ms: 41_200, message: null },
  { kind: "node_started", node: "b", name: "revenue_daily" },
];

function line(events: ProgressEvent[], nowMs: number, lang: Style["lang"] = "en"): string {
  const state = idle();
  for (const [index, event] of events.entries()) follow(state, event, index * 10_000);
  return progressLine(state, style(lang), { nowMs, frame: 0 });
}

test("the line of a build", () => {
  expect(line(building, 33_000)).toBe("⠋ build    [#####---------------] 1/4  revenue_daily 3.0 s  33 s of ~55 s");
  expect(line(building, 33_000, "ja")).toBe(
    "⠋ ビルド   [#####---------------] 1/4  revenue_daily 3.0 秒  33 秒 / ~55 秒",
  );
});
test("several at once: the one that takes longest, and how many others", () => {
  const more: ProgressEvent[] = [
    ...building,
    { kind: "node_started", node: "c", name: "c" },
    { kind: "node_started", node: "d", name: "d" },
  ];
  expect(line(more, 60_000)).toContain("revenue_daily 30 s +2  1m 0s of ~55 s");
});
test("waiting for somebody", () => {
  const waiting: ProgressEvent = { kind: "waiting", forWhat: say("cli.help_deploy"), holder: "pid 7", maxMs: 60_000 };
  expect(line([waiting], 4_000)).toMatch(/^⠋ waiting for .*: pid 7 \(at most 1m 0s\) {2}4\.0 s$/);
});
test("never wider than the terminal", () => {
  const long: ProgressEvent[] = [building[0]!, { kind: "node_started", node: "x", name: "売上".repeat(40) }];
  expect(line(long, 99_000).length).toBeLessThan(80);
});
test("a new phase forgets the one before", () => {
  expect(line([...building, { kind: "phase_started", phase: "verify", total: 2, estimateMs: null }], 41_000)).toBe(
    "⠋ verify   [--------------------] 0/2  1.0 s",
  );
});

let now = 0;
beforeEach(() => {
  vi.useFakeTimers();
  now = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

function terminal(isTty: boolean) {
  const written: string[] = [];
  const sink = { isTty, columns: 80, write: (text: string) => void written.push(text), drained: async () => undefined };
  const clock = { now: () => new Date(now), ticksMs: () => now, sleep: async () => undefined };
  const progress = createProgress({ shell: { stdout: sink, stderr: sink, clock }, style: style(), events: false });
  const pass = (ms: number) => {
    for (let step = 0; step < ms; step += 100) {
      now += 100;
      vi.advanceTimersByTime(100);
    }
  };
  return { progress, written, pass };
}

test("on a terminal nothing is drawn before 0.4 s, then one line, and it goes away", () => {
  const { progress, written, pass } = terminal(true);
  progress.emit(building[0]!);
  pass(300);
  expect(written).toEqual([]);
  pass(300);
  expect(written.at(-1)!.slice("\r\u001b[2K? ".length)).toBe("build    [--------------------] 0/4  0.6 s of ~55 s");
  progress.print("a question\n");
  expect(written.slice(-2)).toEqual(["\r\u001b[2K", "a question\n"]);
  pass(200);
  progress.close();
  expect(written.at(-1)).toBe("\r\u001b[2K");
  const before = written.length;
  progress.emit(building[1]!);
  pass(1000);
  expect(written.length).toBe(before);
});
test("elsewhere a line per event and a sign of life each 30 s", () => {
  const { progress, written, pass } = terminal(false);
  for (const event of building) progress.emit(event);
  expect(written.map((text) => text.slice(9))).toEqual(["build 1/4 orders 41 s\n"]);
  pass(33_000);
  expect(written.slice(1).map((text) => text.slice(9))).toEqual([
    expect.stringMatching(/^still build, 3[0-3] s: revenue_daily\n$/),
  ]);
  progress.emit({
    kind: "phase_finished",
    phase: "build",
    ok: true,
    ms: 48_200,
    summary: say("cli.built", { built: 4, reused: 22, failed: 0, skipped: 0 }),
  });
  expect(written.at(-1)!.slice(9)).toBe("build ok: 4 built, 22 reused (48 s)\n");
  pass(60_000);
  expect(written).toHaveLength(3);
  progress.close();
});
test("what people must be able to read again stays on the screen", () => {
  const { progress, written } = terminal(true);
  progress.emit({ kind: "test_finished", test: "t", name: "unique\u001b[2J_id", status: "fail", failures: 3, ms: 1 });
  expect(written).toEqual(["  ✗ unique_id\n"]);
  progress.close();
});
