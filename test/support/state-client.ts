// A command for the tests of the embedded state: opens it, prints `open PID`, then writes, sticks in a transaction, or waits.
import { sql } from "kysely";
import { recordAudit } from "../../src/db/audit.ts";
import { openState } from "../../src/db/open-state.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { audit } from "./state-samples.ts";

const [work, options] = process.argv.slice(2);
const db = await openState({ ...JSON.parse(options!), clock: systemClock });
const say = (line: string) => process.stdout.write(`${line}\n`);

if (work === "stick") {
  const stuck = db.transaction(async (trx) => {
    await recordAudit(trx, { ...audit(), subject: "never" });
    say(`open ${db.statePid}`);
    await new Promise(() => setInterval(() => {}, 60_000));
  });
  await stuck;
}
say(`open ${db.statePid}`);
if (work === "open") setInterval(() => {}, 60_000);
for (let i = 0; work === "write"; i++) {
  const subject = `${process.pid} ${i}`;
  try {
    await db.transaction(async (trx) => {
      await recordAudit(trx, { ...audit(), subject });
      await sql`select 1`.execute(trx.kysely);
    });
    say(subject);
  } catch {
    // The state process was killed under this statement: not acknowledged, so not counted.
  }
}
