import { describe, expect, test } from "vitest";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { dbtEntry, endEntry, errorEntry, parseLine, progressEntry, resultEntry } from "./run-log.ts";

const row = {
  uniqueId: "model.shop.orders",
  status: "success",
  message: "OK",
  failures: null,
  executionMs: 41,
  thread: "Thread-1",
  rowsAffected: 1204,
};

describe("a node's line", () => {
  const check = (more: Partial<typeof row> & { failures?: number }, level: string, message: string) =>
    expect(resultEntry({ ...row, ...more })).toMatchObject({ level, message });
  test("built", () => check({}, "info", "orders success, 1204 rows: OK"));
  test("failed", () => check({ status: "error", message: " no\n" }, "error", "orders error, 1204 rows: no"));
  test("a microbatch model some of whose batches failed", () =>
    check({ status: "partial success", message: "2 of 3" }, "error", "orders partial success, 1204 rows: 2 of 3"));
  test("skipped", () => check({ status: "skipped", message: "", rowsAffected: 0 }, "warn", "orders skipped"));
  test("a test", () => {
    const test = { uniqueId: "test.shop.unique_orders_id.0123456789", status: "fail", failures: 37 };
    check(test as never, "error", "unique_orders_id fail, 37 rows: OK");
    expect(resultEntry({ ...row, ...test })).toMatchObject({ event: "test_finished", ms: 41, thread: "Thread-1" });
  });
});

describe("what else is told", () => {
  test("dbt's own words, but not twice and not empty", () => {
    const line = { level: "info" as const, name: "AdapterRegistered", text: "Registered\n", uniqueId: null, at: "t" };
    expect(dbtEntry(line)).toMatchObject({ event: "dbt", message: "Registered", at: "t" });
    expect(dbtEntry({ ...line, text: " " })).toBeNull();
    expect(dbtEntry({ ...line, name: "LogModelResult" })).toBeNull();
  });
  test("a phase, in any language", () => {
    const summary = say("flow.built", { built: 1, reused: 2 });
    const entry = progressEntry({ kind: "phase_finished", phase: "build", ok: false, ms: 9, summary });
    expect(entry).toMatchObject({ level: "error", message: "build failed: 1 built, 2 reused", ms: 9 });
    expect(entry?.text).toMatchObject({ id: "log.phase_finished" });
  });
  test("counts and nodes have lines of their own", () =>
    expect(progressEntry({ kind: "phase_progress", phase: "build", done: 1, total: 2, what: null })).toBeNull());
  test("an end", () => expect(endEntry("held", null)).toMatchObject({ level: "error", message: "held" }));
  test("an error with its place", () => {
    const error = new AppError("invalid", say("sql.nothing"), { where: { file: "a.sql", line: 3 } });
    expect(errorEntry(error)).toMatchObject({ message: "there is no statement to run (a.sql:3)" });
    expect(errorEntry("out")).toMatchObject({ level: "error", message: "out" });
  });
});

describe("a line of the file", () => {
  test("cut off by a crash", () => expect(parseLine('{"at":"2026-11-20T00:00:00Z","mess')).toBeNull());
  test("of something else", () => expect(parseLine("{}")).toBeNull());
  test("whole", () => expect(parseLine('{"at":"t","message":"m"}')).toMatchObject({ message: "m" }));
});
