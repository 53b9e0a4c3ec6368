// A made-up dbt project of any size for measuring: layers of models with three parents each, two tests per model, one source.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { git } from "../scripts/shop.ts";

const LAYER = 50;

export interface BenchProject {
  dir: string;
  models: number;
  /** Name of a model that nothing reads. */
  leaf: string;
}

/** Writes and commits the project in `dir`, with a DuckDB file of a small source table. */
export function makeProject(dir: string, models: number, python: string): BenchProject {
  mkdirSync(join(dir, "models"), { recursive: true });
  writeFileSync(
    join(dir, "dbt_project.yml"),
    "name: bench\nversion: '1.0'\nconfig-version: 2\nprofile: bench\nflags: {send_anonymous_usage_stats: false}\nmodels: {+materialized: table}\n",
  );
  writeFileSync(join(dir, "profiles.yml"), profile);
  writeFileSync(join(dir, "slipway.yml"), "version: 1\nenvironments:\n  dev: { target: dev }\n");
  writeFileSync(join(dir, ".gitignore"), ".slipway/\n*.duckdb\n*.wal\ntarget/\nlogs/\nstate/\n");
  writeFileSync(
    join(dir, "models/sources.yml"),
    "version: 2\nsources:\n  - name: raw\n    schema: raw\n    tables: [{name: events}]\n",
  );
  for (let index = 0; index < models; index += 1) writeModel(dir, index);
  const load =
    "import sys, duckdb; duckdb.connect(sys.argv[1]).execute('create schema raw; create table raw.events as select i as id, i % 7 as kind from range(100) t(i)')";
  execFileSync(python, ["-I", "-c", load, join(dir, "bench.duckdb")]);
  git(dir, "init", "-q", "-b", "main");
  git(dir, "add", "-A");
  git(dir, "commit", "-q", "-m", `${models} models`);
  return { dir, models, leaf: nameOf(models - 1) };
}

const profile = `bench:
  target: dev
  outputs:
    dev: { type: duckdb, path: bench.duckdb, schema: main, threads: 2 }
`;

const nameOf = (index: number): string => `m_${String(index).padStart(4, "0")}`;

function writeModel(dir: string, index: number): void {
  const layer = Math.floor(index / LAYER);
  const parents = layer === 0 ? [] : [0, 7, 19].map((step) => nameOf((layer - 1) * LAYER + ((index + step) % LAYER)));
  const from = parents.length === 0 ? "{{ source('raw', 'events') }}" : `{{ ref('${parents[0]}') }}`;
  const joins = parents
    .slice(1)
    .map((parent, at) => `left join {{ ref('${parent}') }} as p${at} on p${at}.id = base.id`);
  writeFileSync(
    join(dir, `models/${nameOf(index)}.sql`),
    `select base.id, base.kind + ${index % 5} as kind\nfrom ${from} as base\n${joins.join("\n")}\n`,
  );
  const tests = "columns: [{name: id, data_tests: [not_null, unique]}]";
  writeFileSync(join(dir, `models/${nameOf(index)}.yml`), `version: 2\nmodels: [{name: ${nameOf(index)}, ${tests}}]\n`);
}

/** Commits a change of the leaf model: nothing reads it. Each call makes another one. */
export function changeLeaf(project: BenchProject, round: number): string {
  const file = join(project.dir, `models/${project.leaf}.sql`);
  writeFileSync(file, `select id, kind, ${round} as round from {{ ref('${nameOf(0)}') }}\n`);
  git(project.dir, "commit", "-qam", `Round ${round}`);
  return git(project.dir, "rev-parse", "HEAD");
}
