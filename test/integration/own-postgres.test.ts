// The PostgreSQL that tests and demo start for themselves where the machine has none running.
import pg from "pg";
import { expect, test } from "vitest";
import { providePostgres, startPostgres } from "../../scripts/postgres/server.ts";

test("a server of its own starts, answers, and is gone after the stop", async () => {
  const said: string[] = [];
  const server = await startPostgres((line) => said.push(line));
  try {
    expect(await ask(server.url, "show server_encoding")).toEqual({ server_encoding: "UTF8" });
  } finally {
    await server.stop();
  }
  await expect(ask(server.url, "select 1")).rejects.toThrow(/ECONNREFUSED/);
  expect(said.join()).toContain("started one of its own");
});

test("a named server that does not answer is an error, never a reason to take another one", async () => {
  await expect(providePostgres("postgres://nobody@127.0.0.1:1/x", () => {})).rejects.toThrow(/ECONNREFUSED/);
});

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client
    .query(sql)
    .then(({ rows }) => rows[0])
    .finally(() => client.end());
}
