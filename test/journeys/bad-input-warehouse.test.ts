// Warehouses that do not answer, do not allow, or hold what a deployment would harm: said before anything changes, with what to do.
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { User } from "../harness.ts";
import { committed, instead, refuses } from "../support/mistakes.ts";
import { testPython } from "../support/python.ts";
import { newTinyProject, profile } from "../support/tiny-project.ts";

const STOPPED = { exit: 3, code: "problems_found", says: "the plan for dev stops at 1 problem" };

describe("PostgreSQL", () => {
  const role = `slipway_reader_${randomBytes(4).toString("hex")}`;
  let user: User;
  let place: { host: string; port: string; dbname: string };
  const as = (change: (url: URL) => void): string => {
    const url = new URL(user.url!);
    change(url);
    return profile(url.href);
  };

  beforeAll(async () => {
    user = await newTinyProject({ kind: "postgres" });
    const url = new URL(user.url!);
    place = { host: url.hostname, port: url.port || "5432", dbname: url.pathname.slice(1) };
    await user.query(`create role ${role} login`);
    await user.query("create schema app; create table app.events (id int)");
  });
  afterAll(async () => {
    await user?.query(`drop owned by ${role}; drop role ${role}`);
    await user?.[Symbol.asyncDispose]();
  });

  test("nobody answers", () =>
    instead(
      user,
      "profiles.yml",
      as((url) => (url.port = "1")),
      () =>
        refuses(user, ["plan"], {
          exit: 5,
          code: "upstream",
          says: new RegExp(`^PostgreSQL at ${place.host}:1 cannot be reached: .*ECONNREFUSED`),
          hint: `Check host, port, user and password in the dbt profile, and that ${place.host}:1 accepts connections from this machine.`,
          ja: `PostgreSQL (${place.host}:1) に接続できません`,
        }),
    ));
  test("no such database", () =>
    instead(
      user,
      "profiles.yml",
      as((url) => (url.pathname = "/nosuch")),
      () =>
        refuses(user, ["plan"], {
          exit: 5,
          code: "upstream",
          says: `PostgreSQL at ${place.host}:${place.port} has no database nosuch.`,
          ja: "にデータベース nosuch がありません",
        }),
    ));
  test("no such user", () =>
    instead(user, "profiles.yml", profile(user.url, { user: "nobody_here" }), () =>
      refuses(user, ["plan"], {
        exit: 2,
        code: "unauthorized",
        says: `PostgreSQL at ${place.host}:${place.port} does not let user nobody_here into database ${place.dbname}.`,
        ja: "ユーザー nobody_here のデータベース",
      }),
    ));
  test("a role that may not create", () =>
    instead(user, "profiles.yml", profile(user.url, { user: role }), () =>
      refuses(user, ["deploy", "--yes"], {
        exit: 3,
        code: "problems_found",
        says: "the plan for dev stops at 2 problems",
        problems: ["slipway_tiny", "dev"].map((schema) => [
          `User ${role} may not create relations in schema ${schema}.`,
          "",
          `Have this run by a role that may: GRANT CREATE ON DATABASE "${place.dbname}" TO "${role}";`,
        ]),
        ja: `ユーザー ${role} はスキーマ dev に作成できません`,
      }),
    ));
  test("a role that may not read a source", () =>
    committed(
      user,
      {
        "models/sources.yml": "sources: [{ name: app, tables: [{ name: events }] }]\n",
        "models/seen.sql": "select id from {{ source('app', 'events') }}\n",
      },
      () =>
        instead(user, "profiles.yml", profile(user.url, { user: role }), () =>
          refuses(user, ["plan"], {
            exit: 2,
            code: "unauthorized",
            says: `User ${role} may not read the source table app.events (source.tiny.app.events).`,
            ja: `ユーザー ${role} はソースの表 app.events`,
          }),
        ),
    ));
  test("a name longer than PostgreSQL allows", () =>
    committed(user, { [`models/${"long_".repeat(13)}.sql`]: "select 1 as id\n" }, () =>
      refuses(user, ["plan"], {
        exit: 3,
        code: "problems_found",
        says: `model.tiny.${"long_".repeat(13)}: the name '${"long_".repeat(13)}' has 65 bytes, PostgreSQL allows 63`,
        hint: "give it a shorter alias:  {{ config(alias='..') }}",
      }),
    ));

  describe("under a published name stands", () => {
    const refused = async (made: string, wanted: { says: string; hint: string; ja: string }) => {
      await user.query(`create schema dev; ${made}`);
      const stopped = { ...STOPPED, problems: [[wanted.says, "", wanted.hint]] as [string, string, string][] };
      await refuses(user, ["deploy", "--yes"], { ...stopped, ja: wanted.ja });
      const planned = await user.ask(["plan"]);
      expect([planned.code, planned.json.problems[0].message]).toEqual([3, wanted.says]);
      await user.query("drop schema dev cascade; drop function if exists noted");
    };
    const hint = "Remove that first, or give the model another name or schema.";

    test("a table with a trigger", () =>
      refused(
        `create table dev.orders (id int); create function noted() returns trigger language plpgsql as 'begin return new; end';
         create trigger note after insert on dev.orders for each row execute function noted()`,
        {
          says: "dev.orders cannot become a published view without loss: it has triggers (note).",
          hint,
          ja: "dev.orders を損失なく公開ビューにできません: トリガーがあります (note)",
        },
      ));
    test("a table with row-level security", () =>
      refused("create table dev.orders (id int); alter table dev.orders enable row level security", {
        says: "dev.orders cannot become a published view without loss: it has row-level security, which a view in its place would not have.",
        hint,
        ja: "行レベルセキュリティがあり",
      }));
    test("a table that somebody's view reads", () =>
      refused("create table dev.orders (id int); create view app.report as select id from dev.orders", {
        says: "app.report depends on dev.orders and would be left with the old data.",
        hint: "Drop app.report, deploy, and create it again; or make it part of the dbt project.",
        ja: "app.report が dev.orders に依存しており",
      }));
  });

  test("another environment's names are not taken over", async () => {
    const answer = await user.ask(["deploy"]);
    expect(answer.code, answer.stdout + answer.stderr).toBe(0);
    await instead(user, "profiles.yml", profile(user.url).replace('"schema":"analytics"', '"schema":"dev"'), () =>
      refuses(user, ["deploy", "prod", "--yes"], {
        exit: 3,
        code: "problems_found",
        says: "the plan for prod stops at 3 problems",
        problems: ["raw", "orders", "totals"].map((name) => [
          `dev.${name} is already published by environment dev`,
          "",
          "give the two targets different schemas in the dbt profile",
        ]),
        ja: "環境 dev が公開しています",
      }),
    );
  });

  test("new columns under a name that somebody's view reads", async () => {
    await user.query("create view app.report as select id from dev.orders");
    user.write("models/orders.sql", "select id as order_id, amount from {{ ref('raw') }}\n");
    user.write("models/models.yml", "models: [{ name: orders }]\n");
    user.commit("Another name for a column");
    await refuses(user, ["deploy", "--yes"], {
      ...STOPPED,
      problems: [
        [
          "app.report depends on dev.orders and would be left with the old data.",
          "",
          "Drop app.report, deploy, and create it again; or make it part of the dbt project.",
        ],
      ],
      builds: true,
    });
    expect(await user.query("select count(*)::int as n from app.report")).toEqual([{ n: 2 }]);
  });
});

describe("DuckDB", () => {
  let user: User;
  const file = (path: string): string => profile(null).replaceAll("tiny.duckdb", path);
  beforeAll(async () => {
    user = await newTinyProject({ kind: "duckdb" });
  });
  afterAll(() => user?.[Symbol.asyncDispose]());

  test("the folder of the file is missing", () =>
    instead(user, "profiles.yml", file("no such/tiny.duckdb"), () =>
      refuses(user, ["plan"], {
        exit: 2,
        code: "invalid",
        says: `the folder of the DuckDB file does not exist: ${user.dir}/no such`,
        hint: `create it (plain dbt does not either): mkdir -p '${user.dir}/no such'`,
        ja: "DuckDBファイルのフォルダーがありません",
      }),
    ));
  test("no DuckDB file", () =>
    instead(user, "profiles.yml", file("slipway.yml"), () =>
      refuses(user, ["plan"], {
        exit: 2,
        code: "invalid",
        says: `${user.dir}/slipway.yml is not a DuckDB database file`,
        hint: "check `path` in the dbt profile; an empty file must be removed first",
        ja: "DuckDBのデータベースファイルではありません",
      }),
    ));
  test("no file at all", () =>
    instead(user, "profiles.yml", file(":memory:"), () =>
      refuses(user, ["plan"], {
        exit: 2,
        code: "invalid",
        says: "the profile's DuckDB is no file: :memory:",
        hint: /^releases need a database that stays/,
      }),
    ));
  test("a file of a newer DuckDB", async () => {
    await newerFile(join(user.dir, "newer.duckdb"));
    await instead(user, "profiles.yml", file("newer.duckdb"), () =>
      refuses(user, ["plan"], {
        exit: 2,
        code: "invalid",
        says: /newer\.duckdb was written by a newer DuckDB \(v2\.0\.0\): file format 69, which DuckDB 1\.5\.\d+ cannot read$/,
        hint: /^use that version in the project's Python \(dbt\.python\), or copy the data/,
        ja: "形式 69",
      }),
    );
    rmSync(join(user.dir, "newer.duckdb"));
  });

  test("another environment's names, and new columns under a name that somebody's view reads", async () => {
    const answer = await user.ask(["deploy"]);
    expect(answer.code, answer.stdout + answer.stderr).toBe(0);
    await instead(user, "profiles.yml", profile(null).replace('"schema":"analytics"', '"schema":"dev"'), () =>
      refuses(user, ["plan", "prod"], {
        exit: 3,
        code: "problems_found",
        says: "dev.raw is already published by environment dev",
        hint: "give the two targets different schemas in the dbt profile",
      }),
    );
    await inFile(
      join(user.dir, "tiny.duckdb"),
      "create schema app; create view app.report as select id from dev.orders",
    );
    user.write("models/orders.sql", "select id as order_id, amount from {{ ref('raw') }}\n");
    user.write("models/models.yml", "models: [{ name: orders }]\n");
    user.commit("Another name for a column");
    await refuses(user, ["deploy", "--yes"], {
      ...STOPPED,
      problems: [
        [
          /^the view app\.report, which Slipway does not manage, would fail: /,
          "",
          "change or drop that view first, or keep the columns it reads",
        ],
      ],
      builds: true,
    });
  });
});

/** What a person runs in DuckDB beside Slipway. */
async function inFile(path: string, sql: string): Promise<string> {
  const program = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute(sys.argv[2])";
  return promisify(execFile)(await testPython(), ["-I", "-c", program, path, sql]).then(
    () => "",
    (error: Error) => error.message,
  );
}

/** A file whose header says that DuckDB 2.0 made it; DuckDB itself tells what the header's checksum must be. */
async function newerFile(path: string): Promise<void> {
  await inFile(path, "create table t (i int)");
  const bytes = readFileSync(path);
  bytes.writeBigUInt64LE(69n, 12);
  bytes.write("v2.0.0\0", 52, "latin1");
  writeFileSync(path, bytes);
  const [, checksum] = /computed checksum (\d+)/.exec(await inFile(path, "select 1"))!;
  bytes.writeBigUInt64LE(BigInt(checksum!), 0);
  writeFileSync(path, bytes);
}
