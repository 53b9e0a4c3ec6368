// A child process that carries out a promotion and kills itself at a fault point. Arguments: JSON {dbname, promotion, fault}.
import type { Promotion } from "../../src/core/plan/publish.ts";
import { openPostgres } from "../../src/warehouse/postgres/open.ts";
import { promote, quietHooks, settingsOf } from "./postgres-world.ts";

const { dbname, promotion, fault } = JSON.parse(process.argv[2]!) as {
  dbname: string;
  promotion: Promotion;
  fault: string;
};
const warehouse = await openPostgres(settingsOf(dbname));
await promote(warehouse, promotion, {
  ...quietHooks,
  fault: async (name) => {
    if (name === fault) process.kill(process.pid, "SIGKILL");
    // The signal is on its way; nothing may happen any more.
    if (name === fault) await new Promise(() => undefined);
  },
});
await warehouse.close();
