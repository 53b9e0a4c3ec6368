import { expect, test } from "vitest";
import { AppError } from "../../lib/error.ts";
import { render } from "../../text/catalogue.ts";
import { parseConfig } from "./config.ts";

/** Problems of jobs that are written below `jobs:` (line 4 on), as `line:column message (hint)`. */
function check(jobs: string, expected: string[]) {
  let problems: string[] = [];
  try {
    parseConfig(`version: 1\nenvironments: { prod: { target: prod } }\njobs:\n${jobs}`, "slipway.yml");
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    problems = error.details.problems!.map(
      ({ where, message, hint }) =>
        `${where?.line}:${where?.column} ${render(message, "en")}${hint ? ` (${render(hint, "en")})` : ""}`,
    );
  }
  expect(problems).toEqual(expected);
}
const job = (name: string, more: string) => `  ${name}: { environment: prod, steps: [dbt run], ${more} }\n`;

test("a schedule that means nothing", () =>
  check(job("a", 'triggers: [{ cron: "0 6 * *" }, { cron: "0 25 * * *" }]'), [
    "4:64 '0 6 * *' has 4 fields; cron has 5: minute hour day month weekday",
    "4:85 '25' is not an hour of cron (0-23, *, lists, ranges, steps)",
  ]));
test("a window that means nothing", () =>
  check(job("a", 'exclude: [{ cron: "0 0 30 2 *", for: 4h }]'), [
    "4:63 '0 0 30 2 *' never comes: there is no such day",
  ]));
test("after a job that is not there", () => {
  check(job("load", "") + job("b", "triggers: [{ after: { job: laod } }]"), [
    "5:72 job 'laod' is not declared (did you mean 'load'?)",
  ]);
});
test("jobs that wait for each other", () =>
  check(
    job("a", "triggers: [{ after: { job: c } }]") +
      job("b", 'triggers: [{ cron: "@daily" }, { after: { job: a } }]') +
      job("c", "triggers: [{ after: { job: b } }]"),
    ["4:72 'after' goes round in a circle: a -> c -> b -> a"],
  ));
test("dates", () =>
  check(
    job("a", "exclude: [{ from: 2026-12-32, to: tomorrow }, { calendar: [2026-01-01 New Year, 1.1.2026] }]") +
      job("b", "exclude: [{ from: 2026-12-31, to: 2026-12-30 }, { from: 2026-12-31, to: 2026-12-31 }]") +
      job("c", "exclude: [{ from: 2026-12-31 22:00, to: 2026-12-31 22:00 }]"),
    [
      "4:63 '2026-12-32' is not a date: write 2026-12-29 or 2026-12-29 22:00",
      "4:79 'tomorrow' is not a date: write 2026-12-29 or 2026-12-29 22:00",
      "4:125 '1.1.2026' is not a date: write 2026-12-29 or 2026-12-29 22:00",
      "5:79 this period ends before it begins: 2026-12-31 to 2026-12-30",
      "6:85 this period ends before it begins: 2026-12-31 22:00 to 2026-12-31 22:00",
    ],
  ));
test("a zone of its own", () =>
  check(job("a", "timezone: Berlin"), ["4:55 not a time zone: write a name such as Asia/Tokyo or UTC"]));
test("everything that is fine", () =>
  check(
    job("load", 'triggers: [{ cron: "*/15 6-20 * * mon-fri" }], timezone: Europe/Berlin') +
      job(
        "b",
        "triggers: [{ after: { job: load } }, { branch: main }], exclude: [{ from: 2026-12-29, to: 2027-01-03 }]",
      ),
    [],
  ));
