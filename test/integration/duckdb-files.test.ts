// DuckDB and Slipway find the same files, and DuckDB's search path reads every folder (the reason for one folder of links).
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../src/lib/clock.ts";
import { fileTokens, linkFiles } from "../../src/warehouse/file-tokens.ts";
import { makeBench } from "../support/duckdb.ts";

const PATTERNS = [
  "data/*.csv",
  "data/a1.csv",
  "data/?1.csv",
  "data/[!a]*.csv",
  "**/*.csv",
  "data/**",
  "data/{a1,b1}.csv",
  "./data/b*.csv",
  "none/*.csv",
];

async function putFiles(folder: string, names: string[]): Promise<void> {
  for (const name of names) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), "x\n1\n");
  }
}

test("globs match as DuckDB matches them", async () => {
  await using bench = await makeBench();
  await bench.sql("create table t(i int)");
  const folder = join(bench.folder, "files");
  await putFiles(folder, ["data/a1.csv", "data/b1.csv", "data/.hidden.csv", "data/sub/s.csv", "data/売上 1.csv"]);
  const warehouse = bench.open({ fileSearchPath: [folder] });
  const found = await fileTokens(
    PATTERNS.map((pattern) => ({ node: "model.x", pattern })),
    [folder],
    "salt",
    systemClock,
  );
  for (const [index, pattern] of PATTERNS.entries()) {
    const rows = await warehouse.query(`select distinct file as f from glob('${pattern}') order by 1`);
    const ours = found[index]!.files.map((file) => join(folder, file)).sort();
    expect([pattern, rows.map((row) => join(String(row.f))).sort()]).toEqual([pattern, ours]);
  }
});

test("a file in two folders of the search path is read twice by DuckDB, once from the folder of links", async () => {
  await using bench = await makeBench();
  await bench.sql("create table t(i int)");
  const [checkout, own, links] = ["checkout", "own", "links"].map((name) => join(bench.folder, name)) as [
    string,
    string,
    string,
  ];
  await putFiles(checkout, ["data/a.csv"]);
  await putFiles(own, ["data/a.csv", "extra/b.csv"]);
  const count = (path: string[]) =>
    bench
      .open({ fileSearchPath: path })
      .query("select count(*)::integer as n from read_csv(['data/a.csv', 'extra/*.csv'])");
  expect(await count([checkout, own])).toEqual([{ n: 3 }]);
  const patterns = ["data/a.csv", "extra/*.csv"].map((pattern) => ({ node: "model.x", pattern }));
  await linkFiles(links, await fileTokens(patterns, [checkout, own], "salt", systemClock));
  expect(await count([links])).toEqual([{ n: 2 }]);
});
