// What people type and write wrongly, on a project that is otherwise fine: the exact words, the exit code, and nothing changed.
import { join } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import type { User } from "../harness.ts";
import { committed, instead, refuses, without } from "../support/mistakes.ts";
import { newTinyProject } from "../support/tiny-project.ts";

let user: User;
beforeAll(async () => {
  user = await newTinyProject({ kind: "duckdb" });
});
afterAll(() => user?.[Symbol.asyncDispose]());

const profile = (output: string): string => `tiny: { target: dev, outputs: { dev: ${output} } }\n`;

describe("where there is no project", () => {
  test("no dbt project", () =>
    without(user, "dbt_project.yml", () =>
      refuses(user, ["plan"], {
        exit: 2,
        code: "not_found",
        says: `no dbt_project.yml in ${user.dir} or above it`,
        hint: "go to the folder of your dbt project, or name it:  slipway --project-dir DIR ..",
        ja: "dbt_project.yml がありません",
      }),
    ));

  test("no slipway.yml", () =>
    without(user, "slipway.yml", () =>
      refuses(user, ["plan"], {
        exit: 2,
        code: "not_found",
        says: `there is no slipway.yml in ${user.dir} yet`,
        hint: "make one:  slipway init",
        ja: "にはまだ slipway.yml がありません",
      }),
    ));

  test("no Git repository", () =>
    without(user, ".git", () =>
      refuses(user, ["plan"], {
        exit: 2,
        code: "not_found",
        says: `no Git repository contains ${user.dir}`,
        hint: "Slipway deploys commits. Make the first one:  git init && git add . && git commit -m 'First commit'",
        ja: "を含む Git リポジトリがありません",
      }),
    ));

  test("a repository without a commit", () =>
    without(user, ".git", async () => {
      user.git("init", "-q");
      await refuses(user, ["plan"], {
        exit: 2,
        code: "not_found",
        says: `the Git repository of ${user.dir} has no commit yet`,
        hint: "commit the project:  git add . && git commit -m 'First commit'",
      });
    }));
});

describe("names that do not exist, with the nearest that does", () => {
  test("environment", () =>
    refuses(user, ["plan", "prdo"], {
      exit: 2,
      code: "not_found",
      says: "there is no environment 'prdo'",
      hint: "did you mean 'prod'?",
      ja: "環境 'prdo' はありません",
    }));
  test("commit", () =>
    refuses(user, ["plan", "--commit", "mian"], {
      exit: 2,
      code: "not_found",
      says: "no commit, branch or tag is called 'mian' in this repository",
      hint: "did you mean 'main'? List them:  git branch --all && git tag",
      ja: "'mian' というコミット、ブランチ、タグはありません",
    }));
  test("command", () =>
    refuses(user, ["depoly"], {
      exit: 2,
      code: "invalid",
      says: "there is no command 'depoly'",
      hint: "did you mean 'deploy'?",
      ja: "コマンド 'depoly' はありません",
    }));
  test("option", () =>
    refuses(user, ["plan", "--comit", "main"], {
      exit: 2,
      code: "invalid",
      says: "slipway plan has no option '--comit'",
      hint: "did you mean '--commit'?",
      ja: "slipway plan にオプション '--comit' はありません",
    }));
  test("release, when there is none", () =>
    refuses(user, ["promote", "r9", "--to", "prod"], {
      exit: 2,
      code: "not_found",
      says: "there is no release 'r9'",
      hint: "there are none yet:  slipway deploy",
      ja: "リリース 'r9' はありません",
    }));
  test("nothing is deployed yet", () =>
    refuses(user, ["rollback"], {
      exit: 2,
      code: "not_found",
      says: "nothing is deployed to dev yet",
      hint: "deploy a commit first:  slipway deploy dev",
      ja: "dev にはまだデプロイされていません",
    }));
});

describe("the dbt profile", () => {
  test("no profiles.yml", () =>
    without(user, "profiles.yml", () =>
      refuses(user, ["plan"], {
        exit: 2,
        code: "not_found",
        says: `no profiles.yml found; looked for ${user.dir}/profiles.yml, /no/where/.dbt/profiles.yml`,
        hint: "put it beside dbt_project.yml, or name its folder in slipway.yml as dbt.profiles_dir",
        env: {
          HOME: "/no/where",
          XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? join(process.env.HOME ?? "", ".cache"),
        },
      }),
    ));
  test("no such profile", () =>
    instead(user, "profiles.yml", "other: { target: dev, outputs: { dev: { type: duckdb, path: x } } }\n", () =>
      refuses(user, ["plan"], {
        exit: 2,
        code: "invalid",
        says: "profiles.yml has no profile tiny, which dbt_project.yml names",
        where: `${user.dir}/dbt_project.yml:3`,
        hint: "profiles there: other",
        ja: "プロファイル tiny が profiles.yml にありません",
      }),
    ));
  test("no such target", () =>
    instead(user, "slipway.yml", "version: 1\nenvironments:\n  dev: { target: dve }\n", () =>
      refuses(user, ["plan"], {
        exit: 2,
        code: "invalid",
        says: "profile tiny has no target dve",
        hint: "did you mean 'dev'? targets of the profile: dev, prod",
        ja: "プロファイル tiny にターゲット dve がありません",
      }),
    ));
  test("a value of the environment is not set", () =>
    instead(user, "profiles.yml", profile(`{ type: duckdb, path: "{{ env_var('TINY_PATH') }}" }`), () =>
      refuses(user, ["plan"], {
        exit: 2,
        code: "invalid",
        says: "the profile needs the environment variable TINY_PATH, which is not set",
        where: `${user.dir}/profiles.yml:1`,
        hint: "set it, e.g.: export TINY_PATH=..",
        ja: "環境変数 TINY_PATH が設定されていません",
      }),
    ));
  test("another kind of warehouse", () =>
    instead(user, "profiles.yml", profile("{ type: snowflake, account: x }"), () =>
      refuses(user, ["plan"], {
        exit: 2,
        code: "invalid",
        says: "target dev is of type 'snowflake', which Slipway cannot publish to yet",
        hint: "supported: duckdb, postgres",
      }),
    ));
});

describe("slipway.yml", () => {
  test("every mistake at once, each with its line and what was probably meant", () =>
    instead(user, "slipway.yml", "verison: 1\nenvironments:\n  dev: { targte: dev, confirm: maybe }\n", () =>
      refuses(user, ["plan"], {
        exit: 2,
        code: "invalid",
        says: "slipway.yml has 3 mistakes",
        problems: [
          ["'verison' is not a key of slipway.yml", "slipway.yml:1:1", "did you mean 'version'?"],
          ["'targte' is not a key of environments.dev", "slipway.yml:3:10", "did you mean 'target'?"],
          ["environments.dev.confirm must be true or false, not 'maybe'", "slipway.yml:3:32", null],
        ],
        ja: "environments.dev.confirm には true または false を書いてください",
      }),
    ));
  test("not YAML", () =>
    instead(user, "slipway.yml", "version: 1\nenvironments: [\n", () =>
      refuses(user, ["plan"], { exit: 2, code: "invalid", says: /^not valid YAML: /, where: "slipway.yml:3:1" }),
    ));
  test("not UTF-8", () =>
    instead(user, "slipway.yml", Buffer.from("version: 1 # \xe9t\xe9\n", "latin1"), () =>
      refuses(user, ["plan"], {
        exit: 2,
        code: "invalid",
        says: "slipway.yml is not written in UTF-8",
        hint: "save it as UTF-8 in your editor",
        ja: "slipway.yml が UTF-8 で書かれていません",
      }),
    ));
});

describe("Slipway's own state", () => {
  const hint = "Check DATABASE_URL: postgres://USER:PASSWORD@HOST:PORT/DATABASE";
  test("nobody answers", () =>
    refuses(user, ["status"], {
      exit: 5,
      code: "upstream",
      says: "Slipway's own state cannot be reached: 127.0.0.1:1/state",
      env: { DATABASE_URL: "postgres://aoi:secret@127.0.0.1:1/state" },
      ja: "Slipway の状態データベースに接続できません: 127.0.0.1:1/state",
    }));
  test("not an address", () =>
    refuses(user, ["status"], {
      exit: 2,
      code: "invalid",
      says: "DATABASE_URL is not a PostgreSQL address",
      hint,
      env: { DATABASE_URL: "mysql://localhost/state" },
    }));
});

describe("a project that does not parse", () => {
  const refused = (files: Record<string, string | Buffer>, wanted: { says: string | RegExp; where?: string }) =>
    committed(user, files, () =>
      refuses(user, ["plan"], {
        exit: 2,
        code: "invalid",
        hint: "fix it, commit, and run this again",
        ja: "修正してコミットし、もう一度実行してください",
        ...wanted,
      }),
    );

  test("Jinja", () =>
    refused(
      { "models/orders.sql": "select id\nfrom {{ ref('raw') \n" },
      { says: "dbt: unexpected end of template, expected 'end of print statement'.", where: "models/orders.sql:2" },
    ));
  test("a parent that is not there", () =>
    refused(
      { "models/totals.sql": "select 1\nfrom {{ ref('ordres') }}\n" },
      {
        says: "dbt: Model 'model.tiny.totals' (models/totals.sql) depends on a node named 'ordres' which was not found",
        where: "models/totals.sql:2",
      },
    ));
  test("YAML", () =>
    refused(
      { "models/models.yml": "models:\n  - name: orders\n   columns: [\n" },
      { says: /Syntax error near line 3/, where: "models/models.yml:3:4" },
    ));
  test("two models with one name", () =>
    refused(
      { "models/other.sql": "{{ config(alias='orders') }} select 1 as id\n" },
      { says: /^dbt: dbt found two resources with the database representation[\s\S]*models\/other\.sql/ },
    ));
  test("a file that is not UTF-8", () =>
    committed(user, { "models/orders.sql": Buffer.from("select 1 as id,\n 'caf\xe9' as name\n", "latin1") }, () =>
      refuses(user, ["plan"], {
        exit: 2,
        code: "invalid",
        says: "this file is not written in UTF-8, which dbt needs",
        where: "models/orders.sql:2",
        hint: "save it as UTF-8, commit, and run this again",
        ja: "このファイルは UTF-8 で書かれていません",
      }),
    ));
  test("dbt_project.yml is not YAML", () =>
    committed(user, { "dbt_project.yml": "name: tiny\nmodels: [\n" }, () =>
      refuses(user, ["plan"], {
        exit: 2,
        code: "invalid",
        says: "dbt_project.yml has no name, or is not YAML",
        where: "dbt_project.yml:3:1",
        hint: "it needs a line such as  name: shop",
      }),
    ));
});

describe("what Slipway cannot build yet", () => {
  const files = {
    "models/py.py": "def model(dbt, session):\n    return session.sql('select 1 as id')\n",
    "models/batches.sql":
      "{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='at', begin='2026-01-01', batch_size='day') }} select timestamp '2026-01-02' as at\n",
    "models/matview.sql": "{{ config(materialized='materialized_view') }} select 1 as id\n",
    "models/own.sql": "{{ config(materialized='lambda_view') }} select 1 as id\n",
    "macros/own.sql":
      "{% materialization lambda_view, default %}{{ return({'relations': []}) }}{% endmaterialization %}\n",
    "functions/add_one.sql": "x + 1\n",
    "functions/functions.yml":
      "functions:\n  - name: add_one\n    arguments: [{ name: x, data_type: integer }]\n    returns: { data_type: integer }\n",
  };
  const kind = (node: string, what: string, file: string): [string, string, string] => [
    `${node}: Slipway cannot build this kind of node yet (${what})`,
    file,
    "disable the node for this target (enabled: false) or keep building it with plain dbt",
  ];

  test("every such node is named with the reason, and nothing is built", () =>
    committed(user, files, () =>
      refuses(user, ["deploy", "--yes"], {
        exit: 3,
        code: "problems_found",
        says: "the plan for dev stops at 5 problems",
        hint: "fix what is listed, commit, and plan again",
        problems: [
          kind("function.tiny.add_one", "function", "functions/add_one.sql"),
          kind("model.tiny.batches", "microbatch", "models/batches.sql"),
          kind("model.tiny.matview", "materialization 'materialized_view'", "models/matview.sql"),
          kind("model.tiny.own", "materialization 'lambda_view'", "models/own.sql"),
          kind("model.tiny.py", "Python model", "models/py.py"),
        ],
        ja: "dev のプランは 5件の問題で停止しました",
      }),
    ));
});

test("after all of that the project can be deployed", async () => {
  const answer = await user.ask(["deploy"]);
  if (answer.code !== 0) throw new Error(answer.stdout + answer.stderr);
});
