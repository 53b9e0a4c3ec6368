// The smallest project that shows everything: five published relations that carry the number of their change, in three rows each.
import { type Answer, newUser, type User, type UserWish } from "../harness.ts";

/** What consumers read: `analytics.<name>`, columns `release` and `id`. */
export const published = ["base", "shown", "report", "history", "notes"];

const profile = {
  // One core is enough for three rows, and a model that takes minutes leaves the others to those who wait for it.
  duckdb: "type: duckdb, path: shop.duckdb, threads: 2, settings: { threads: 1 }",
  postgres: [
    "type: postgres, threads: 2",
    "host: \"{{ env_var('SHOP_PGHOST') }}\"",
    "port: \"{{ env_var('SHOP_PGPORT') | as_number }}\"",
    "user: \"{{ env_var('SHOP_PGUSER') }}\"",
    "password: \"{{ env_var('SHOP_PGPASSWORD') }}\"",
    "dbname: \"{{ env_var('SHOP_PGDATABASE') }}\"",
  ].join(", "),
};

/** Files that stay as they are. */
const fixed = {
  "dbt_project.yml": `name: tiny
version: "1.0"
config-version: 2
profile: tiny
model-paths: [models]
seed-paths: [seeds]
test-paths: [tests]
`,
  "models/shown.sql": "{{ config(materialized='view') }}\nselect release, id from {{ ref('base') }}\n",
  "models/history.sql": `{{ config(materialized='incremental', unique_key='id') }}
select release, id from {{ ref('base') }}
`,
  "models/models.yml": `version: 2
models:
  - name: base
    columns: [{ name: id, data_tests: [not_null] }]
  - name: history
    columns: [{ name: id, data_tests: [unique] }]
`,
  "tests/one_release.sql": `select a.id
from {{ ref('report') }} as a
full join {{ ref('notes') }} as b on a.id = b.id and a.release = b.release
full join {{ ref('history') }} as c on a.id = c.id and a.release = c.release
where a.id is null or b.id is null or c.id is null
`,
  ".gitignore": ".slipway/\n*.duckdb\n*.wal\ntarget/\nlogs/\n",
};

const rows = (release: number) => [1, 2, 3].map((id) => `${release},${id}`).join("\n");

/** Files that carry the number. */
const changing = (release: number) => ({
  "models/base.sql": `{{ config(materialized='table') }}
select ${release} as release, id from generate_series(1, 3) as rows(id)
`,
  "models/report.sql": `{{ config(materialized='table') }}
select ${release} as release, id from {{ ref('shown') }}
`,
  "seeds/notes.csv": `release,id\n${rows(release)}\n`,
});

const pauses = {
  duckdb: "select count(*) as n from range(1000000) a(x), range(1000000) b(y) where (a.x * b.y) % 7 = 8",
  postgres: "select pg_sleep(300)",
};
const slow = (kind: User["kind"], release: number) => ({
  "models/report.sql": `{{ config(materialized='table') }}
select ${release} as release, id from {{ ref('shown') }} cross join (${pauses[kind]}) as pause
`,
});

export interface Tiny extends User {
  /** Commits the change with this number. */
  change(release: number): string;
  /** The same with a model `report` that takes minutes. */
  slowChange(release: number): string;
  /** `deploy prod --json --yes`. */
  deploy(env?: Record<string, string>): Promise<Answer>;
}

const config = `version: 1
environments:
  prod: { target: prod, confirm: false, retention: { deploys: 1, refreshes: 1, days: 0 } }
  twin: { target: twin, confirm: false }
`;

/** The project with change 1 committed, nothing deployed. */
export async function newTiny(kind: User["kind"], wish: Partial<UserWish> = {}): Promise<Tiny> {
  // Both places for Slipway's own state come along: embedded beside DuckDB, a server beside PostgreSQL.
  const user = await newUser({ kind, shop: false, state: kind === "postgres" ? "postgres" : "embedded", ...wish });
  for (const [path, text] of Object.entries(fixed)) user.write(path, text);
  const output = (schema: string) => `{ ${profile[kind]}, schema: ${schema} }`;
  user.write(
    "profiles.yml",
    `tiny:\n  target: prod\n  outputs:\n    prod: ${output("analytics")}\n    twin: ${output("twin")}\n`,
  );
  user.write("slipway.yml", wish.config ?? config);
  const change = (release: number) => {
    for (const [path, text] of Object.entries(changing(release))) user.write(path, text);
    return user.commit(`Change ${release}`);
  };
  const slowChange = (release: number) => {
    for (const [path, text] of Object.entries({ ...changing(release), ...slow(kind, release) })) user.write(path, text);
    return user.commit(`Change ${release}`);
  };
  change(1);
  return { ...user, change, slowChange, deploy: (env) => user.ask(["deploy", "prod"], env) };
}

/** The same project, with more in the environment of every command. */
export function withEnv(tiny: Tiny, more: Record<string, string>): Tiny {
  const merged = (env?: Record<string, string>) => ({ ...more, ...env });
  return {
    ...tiny,
    start: (args, env) => tiny.start(args, merged(env)),
    slipway: (args, env) => tiny.slipway(args, merged(env)),
    ask: (args, env) => tiny.ask(args, merged(env)),
    deploy: (env) => tiny.deploy(merged(env)),
  };
}
