// A process of its own that promotes and is killed with SIGKILL at one named point, alone or with its whole group.
import { systemClock } from "../../src/lib/clock.ts";
import { openDuckdb } from "../../src/warehouse/duckdb/open.ts";

const { settings, promotion, point, group } = JSON.parse(process.argv[2]!);
const warehouse = openDuckdb({ ...settings, clock: systemClock, onWait: () => {} });
await warehouse.flip(promotion, {
  progress: () => {},
  signal: new AbortController().signal,
  fault: async (name) => {
    if (name !== point) return;
    process.kill(group ? -process.pid : process.pid, "SIGKILL");
    await new Promise(() => {});
  },
});
