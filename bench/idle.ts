// Memory and processor time of a server that has run a job and now waits, on both kinds of state.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock as clock } from "../src/lib/clock.ts";
import { testPython } from "../test/support/python.ts";
import { makePlace } from "../test/support/state.ts";
import { makeProject } from "./project.ts";
import { serveProject } from "./serving.ts";

const [models = 100, seconds = 60] = process.argv.slice(2).map(Number);
const python = await testPython();
await idle("embedded state", {});
const place = await makePlace("postgres");
try {
  await idle("state on PostgreSQL", { DATABASE_URL: place.options.databaseUrl! });
} finally {
  await place.remove();
}

async function idle(what: string, env: Record<string, string>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-idle-"));
  try {
    const project = makeProject(join(folder, "p"), models, python);
    writeFileSync(
      join(project.dir, "slipway.yml"),
      'version: 1\nenvironments:\n  dev: { target: dev }\njobs:\n  daily: { environment: dev, steps: [dbt build], triggers: [{ cron: "0 6 * * *" }] }\n',
    );
    const served = await serveProject(project.dir, env);
    try {
      const before = await served.newest();
      served.slipway("job", "run", "daily", "--no-wait");
      await served.ended(before);
      await clock.sleep(15_000);
      const cpu = served.cpu();
      await clock.sleep(seconds * 1000);
      const share = ((served.cpu() - cpu) / seconds) * 100;
      const { server, state, warm } = served.memory();
      console.log(
        `idle server, ${models} models, ${what}: ${server + state} MB (server ${server}, state ${state}), warm dbt ${warm} MB, ${share.toFixed(2)} % of a core`,
      );
    } finally {
      await served.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
  }
}
