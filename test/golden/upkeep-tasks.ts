// Views of upkeep, from which the golden screens are drawn.
import type { UpkeepTask } from "../../src/core/upkeep.ts";
import type { UpkeepRunView, UpkeepView } from "../../src/core/views/upkeep-tasks.ts";
import { say } from "../../src/text/catalogue.ts";
import { base, minutesAgo } from "./base.ts";

const task = (name: UpkeepTask["task"], notes: UpkeepTask["notes"], more: Partial<UpkeepTask> = {}): UpkeepTask => ({
  task: name,
  ok: true,
  freedBytes: 0,
  freeBytes: null,
  notes,
  ms: 120,
  ...more,
});
const within = (place: string, what: UpkeepTask["notes"][number]) => say("upkeep.in", { place, what });
const disk = { folder: "/srv/shop/.slipway", freeBytes: 3.2e9, days: 2 };

const daily = [
  task("logs", [say("upkeep.nothing")]),
  task("clean", [say("upkeep.cleaned", { runs: 12, emptied: 7 }), say("upkeep.manifests", { count: 3 })], { freedBytes: 1.4e9 }),
  task(
    "gc",
    [
      within("prod", say("upkeep.collected", { count: 31, run: 512 })),
      within("staging", say("upkeep.not_now", { why: say("flow.locked", { what: "deploy staging" }) })),
    ],
    { freedBytes: 6.3e9, ok: false },
  ),
  task("disk", [say("upkeep.disk", disk)], { freeBytes: 3.2e9 }),
];
const monthly = [
  task("compact", [within("prod", say("upkeep.compacted", { freedBytes: 2.1e9 }))], { freedBytes: 2.1e9 }),
];

export const upkeep: UpkeepView = {
  ...base,
  periods: [
    {
      period: "daily",
      cron: "30 3 * * *",
      tasks: ["logs", "clean", "gc", "disk"],
      nextAt: minutesAgo(-1000),
      last: {
        dueAt: minutesAgo(400),
        startedAt: minutesAgo(400),
        finishedAt: minutesAgo(399),
        state: "failed",
        actor: "server",
        freedBytes: 7.7e9,
        tasks: daily,
      },
    },
    { period: "weekly", cron: "0 4 * * sun", tasks: ["optimize"], nextAt: minutesAgo(-5000), last: null },
    { period: "monthly", cron: null, tasks: [], nextAt: null, last: null },
  ],
  disks: [{ ...disk, short: true }],
};

export const upkeepRun: UpkeepRunView = { ...base, period: "monthly", tasks: monthly, freedBytes: 2.1e9, totalMs: 41_000 };
export const upkeepRunFailed: UpkeepRunView = { ...base, period: "daily", tasks: daily, freedBytes: 7.7e9, totalMs: 8_000 };
