// The smallest project that is a whole one, for journeys where the project itself does not matter: a seed, a view, a table, a test.
import { newUser, type User } from "../harness.ts";

const FILES: Record<string, string> = {
  "dbt_project.yml": "name: tiny\nversion: '1.0'\nprofile: tiny\nmodels: { tiny: { +materialized: table } }\n",
  "seeds/raw.csv": "id,amount\n1,10\n2,20\n",
  "models/orders.sql": "select id, amount from {{ ref('raw') }}\n",
  "models/totals.sql": "select count(*) as orders, sum(amount) as amount from {{ ref('orders') }}\n",
  "models/models.yml": "models:\n  - name: orders\n    columns:\n      - name: id\n        data_tests: [not_null]\n",
  ".gitignore": ".slipway/\n*.duckdb\n*.wal\ntarget/\nlogs/\n",
};

const CONFIG = "version: 1\nenvironments:\n  dev: { target: dev }\n  prod: { target: prod }\n";

/** `files` are added or replace those of the same path; null leaves one out. `folder`: where in the repository the project lies. */
export async function newTinyProject(wish: {
  kind: User["kind"];
  state?: "embedded" | "postgres";
  files?: Record<string, string | null>;
  folder?: string;
}): Promise<User> {
  const user = await newUser({ kind: wish.kind, shop: false, ...(wish.state ? { state: wish.state } : {}) });
  const all = { ...FILES, "profiles.yml": profile(user.url), "slipway.yml": CONFIG, ...wish.files };
  for (const [path, text] of Object.entries(all))
    if (text !== null) user.write(wish.folder === undefined ? path : `${wish.folder}/${path}`, text);
  user.commit("First commit");
  return user;
}

/** Targets dev and prod of one warehouse; PostgreSQL as another role where `role` names one. */
export function profile(url: string | null, role?: { user: string; password?: string }): string {
  const output = (schema: string): Record<string, unknown> => {
    if (url === null) return { type: "duckdb", path: "tiny.duckdb", schema, threads: 1 };
    const { hostname: host, port, username, password, pathname } = new URL(url);
    const who = role ?? { user: decodeURIComponent(username), password: decodeURIComponent(password) };
    const place = { host, port: Number(port || 5432), dbname: pathname.slice(1), password: "", ...who };
    return { type: "postgres", ...place, schema, threads: 1 };
  };
  return JSON.stringify({ tiny: { target: "dev", outputs: { dev: output("dev"), prod: output("analytics") } } });
}
