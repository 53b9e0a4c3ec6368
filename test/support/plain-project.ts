// Somebody's dbt project before Slipway comes: their files, their ~/.dbt/profiles.yml, their warehouse, and plain dbt typed in it.
import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { type Answer, newUser, type User, userEnv } from "../harness.ts";
import { testPython } from "./python.ts";

/** One relation as a consumer finds it. */
export interface Content {
  kind: string;
  comment: string | null;
  /** `name type comment`, in order. */
  columns: string[];
  /** Sorted texts. */
  rows: string[];
  /** Definitions without their names. */
  indexes: string[];
}

export interface PlainProject {
  user: User;
  /** What the person's shell has: HOME with `.dbt/profiles.yml`. */
  env: Record<string, string>;
  slipway(args: string[]): Promise<Answer>;
  ask(args: string[]): Promise<Answer>;
  /** Types `dbt ...args`; throws with dbt's output when it fails. */
  dbt(...args: string[]): Promise<string>;
  /** What others load into the warehouse, which dbt only reads. */
  execute(sql: string): Promise<void>;
  /** Everything in the warehouse but its own catalogue, by `schema.name`. */
  contents(): Promise<Record<string, Content>>;
}

/** A repository with the files of `from` as its first commit. `profile`: its name; targets are `dev` (default) and `prod`. */
export async function newPlainProject(wish: {
  kind: User["kind"];
  from: string;
  profile: string;
  ignore?: string;
}): Promise<PlainProject> {
  const user = await newUser({ kind: wish.kind, shop: false });
  cpSync(wish.from, user.dir, {
    recursive: true,
    filter: (path) => !/__pycache__|__init__|\/(target|logs)$/.test(path),
  });
  user.write(".gitignore", wish.ignore ?? "target/\nlogs/\ndbt_packages/\n");
  const home = join(user.dir, "..", "home");
  mkdirSync(join(home, ".dbt"), { recursive: true });
  mkdirSync(join(home, "warehouse"), { recursive: true });
  writeFileSync(join(home, ".dbt", "profiles.yml"), profileText(wish.profile, home, user.url));
  user.commit("First commit");
  const env = {
    HOME: home,
    XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"),
    SLIPWAY_DEBUG: "1",
  };
  const python = await testPython();
  const file = join(home, "warehouse", "plain.duckdb");
  return {
    user,
    env,
    slipway: (args) => user.slipway(args, env),
    ask: (args) => user.ask(args, env),
    dbt: (...args) => typeDbt(python, user.dir, env, args),
    execute: async (sql) => {
      if (user.url === null) askDuckdb(python, file, EXECUTE, sql);
      else await withPostgres(user.url, (client) => client.query(sql));
    },
    contents: async () =>
      user.url === null ? JSON.parse(askDuckdb(python, file, READ_DUCKDB)) : withPostgres(user.url, postgresContents),
  };
}

function profileText(profile: string, home: string, url: string | null): string {
  const output = (schema: string): Record<string, unknown> => {
    if (url === null) return { type: "duckdb", path: join(home, "warehouse", "plain.duckdb"), schema, threads: 2 };
    const { hostname: host, port, username: user, password, pathname } = new URL(url);
    const place = { host, port: Number(port || 5432), user, password, dbname: pathname.slice(1) };
    return { type: "postgres", ...place, schema, threads: 2 };
  };
  return JSON.stringify({ [profile]: { target: "dev", outputs: { dev: output("dev"), prod: output("analytics") } } });
}

async function typeDbt(python: string, dir: string, env: Record<string, string>, args: string[]): Promise<string> {
  const program = "import sys; from dbt.cli.main import cli; sys.argv[0] = 'dbt'; cli()";
  const all = ["-I", "-X", "utf8", "-c", program, "--no-send-anonymous-usage-stats", "--no-use-colors", ...args];
  const options = { cwd: dir, env: { ...userEnv(), ...env }, maxBuffer: 1e8 };
  try {
    return (await promisify(execFile)(python, all, options)).stdout;
  } catch (error) {
    throw new Error(`dbt ${args.join(" ")} failed\n${(error as { stdout?: string }).stdout}`, { cause: error });
  }
}

const READ_DUCKDB = `
import duckdb, json, sys
con = duckdb.connect(sys.argv[1], read_only=True)
found = {}
for kind in ("table", "view"):
    for schema, name, comment in con.execute(f"select schema_name, {kind}_name, nullif(comment, '') from duckdb_{kind}s() where not internal").fetchall():
        columns = con.execute("select column_name || ' ' || data_type || coalesce(' ' || nullif(comment, ''), '') from duckdb_columns() where schema_name = ? and table_name = ? order by column_index", [schema, name]).fetchall()
        rows = con.execute(f'select * from "{schema}"."{name}"').fetchall()
        indexes = con.execute("select is_unique || ' ' || expressions from duckdb_indexes() where schema_name = ? and table_name = ?", [schema, name]).fetchall()
        found[f"{schema}.{name}"] = {"kind": kind, "comment": comment, "columns": [c for c, in columns],
                                     "rows": sorted(str(row) for row in rows), "indexes": sorted(i for i, in indexes)}
print(json.dumps(found))`;

const EXECUTE = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute(sys.argv[2])";

const askDuckdb = (python: string, file: string, program: string, ...args: string[]): string =>
  String(execFileSync(python, ["-I", "-X", "utf8", "-c", program, file, ...args], { maxBuffer: 1e8 }));

async function withPostgres<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function postgresContents(client: pg.Client): Promise<Record<string, Content>> {
  const { rows: relations } = await client.query(RELATIONS);
  const found: Record<string, Content> = {};
  for (const { schema, name, ...content } of relations) {
    const { rows } = await client.query(`select t::text as row from "${schema}"."${name}" t`);
    found[`${schema}.${name}`] = { ...content, rows: rows.map(({ row }) => row).sort() };
  }
  return found;
}

const RELATIONS = `
select n.nspname as schema, c.relname as name, case c.relkind when 'v' then 'view' else 'table' end as kind,
  obj_description(c.oid, 'pg_class') as comment,
  (select array_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum)) order by a.attnum)
   from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
  array(select regexp_replace(pg_get_indexdef(i.indexrelid), 'INDEX \\S+ ON \\S+', 'INDEX') from pg_index i where i.indrelid = c.oid order by 1) as indexes
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'v', 'm', 'p') and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema' order by 1, 2`;
