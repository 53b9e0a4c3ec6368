// Vitest's global set-up: gives every test with real parts one PostgreSQL, by `SLIPWAY_TEST_POSTGRES_URL`, and the Python with dbt.
import { testPython } from "../../test/support/python.ts";
import { type Postgres, providePostgres } from "./server.ts";

let provided: Promise<Postgres> | null = null;

/** Runs once per project of vitest.config.ts; all of them share one server. */
export async function setup(): Promise<void> {
  provided ??= providePostgres(process.env.SLIPWAY_TEST_POSTGRES_URL, (line) => process.stderr.write(`${line}\n`));
  process.env.SLIPWAY_TEST_POSTGRES_URL = (await provided).url;
  // On a new machine the first two test files would each make one, at once and on their own time.
  await testPython();
}

export async function teardown(): Promise<void> {
  await (await provided)?.stop();
}
