import { expect, test } from "vitest";
import { render, say } from "../../text/catalogue.ts";
import { type DueRules, decideDue } from "./decide.ts";

const now = new Date("2026-11-20T06:00:30Z");
/** Due `minutes` before 06:00; `x` after it: excluded. */
const due = (minutes: string) => ({
  trigger: "0 * * * *",
  dueAt: new Date(Date.parse("2026-11-20T06:00:00Z") - Number.parseInt(minutes, 10) * 60_000),
  excluded: minutes.endsWith("x") ? say("schedule.weekdays", { days: ["sat"], reason: null }) : null,
});
function check(times: string[], rules: Partial<DueRules>, expected: string[]) {
  const all = { now, paused: null, missed: "run_once", graceMs: 60_000, ...rules } as const;
  const decided = decideDue(times.map(due), all).map(
    ({ state, starts, late, note }) =>
      `${state}${starts ? " starts" : ""}${late ? " late" : ""}${note ? `: ${render(note, "en")}` : ""}`,
  );
  expect(decided).toEqual(expected);
}
const one = "no server could start it: one run for";

test("on time", () => check(["0"], {}, ["queued starts"]));
test("one run for all that were missed, the newest", () =>
  check(["180", "120", "60"], {}, [`merged: ${one} 3 times`, `merged: ${one} 3 times`, "queued starts late"]));
test("missed ones go into one that is on time", () =>
  check(["120", "60", "0"], {}, [`merged: ${one} 2 times`, `merged: ${one} 2 times`, "queued starts"]));
test("missed ones are skipped where the job says so", () =>
  check(["60", "0"], { missed: "skip" }, ["missed: no server could start it then", "queued starts"]));
test("excluded ones are neither missed nor run", () =>
  check(["120x", "60", "0x"], {}, ["excluded: weekdays sat", "queued starts late", "excluded: weekdays sat"]));
test("nothing runs while paused", () => {
  const paused = say("schedule.job_paused", { who: "aoi", reason: "stocktaking" });
  check(["60x", "60", "0"], { paused }, [
    "excluded: weekdays sat",
    "paused: paused by aoi: stocktaking",
    "paused: paused by aoi: stocktaking",
  ]);
});
test("nothing is due", () => check([], {}, []));
