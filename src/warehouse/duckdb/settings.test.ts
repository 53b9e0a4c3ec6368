import { expect, test } from "vitest";
import { AppError } from "../../lib/error.ts";
import { parseLockMessage } from "./holder.ts";
import { duckdbSettings } from "./settings.ts";

const read = (output: Record<string, unknown>) => {
  const { problems, ...profile } = duckdbSettings(output, "/srv/店");
  return { ...profile, problems: problems.map((problem) => problem.message.params.key) };
};

test("paths are made absolute, settings joined, the rest named", () =>
  expect(
    read({
      type: "duckdb",
      path: "data/shop.duckdb",
      schema: "main",
      settings: { TimeZone: "Asia/Tokyo", preserve_insertion_order: false },
      config_options: { threads: 4 },
      extensions: ["json", { name: "h3", repo: "community" }],
      attach: [
        { path: "raw.duckdb" },
        { path: "/x/y.db", alias: "z", type: "sqlite", read_only: true },
        { path: "md:cloud" },
      ],
      secrets: [{ type: "s3" }],
      plugins: [],
    }),
  ).toEqual({
    path: "/srv/店/data/shop.duckdb",
    settings: { threads: 4, TimeZone: "Asia/Tokyo", preserve_insertion_order: false },
    extensions: ["json", "h3"],
    attach: [
      { alias: "raw", path: "/srv/店/raw.duckdb", readOnly: false },
      { alias: "z", path: "/x/y.db", type: "sqlite", readOnly: true },
    ],
    problems: ["secrets"],
  }));

for (const path of [undefined, ":memory:", "md:shop", "motherduck:shop", "ducklake:meta.db", "s3://bucket/x.duckdb"]) {
  test(`no file: ${path}`, () => {
    const refused = expect.objectContaining({ code: "invalid" });
    expect(() => read({ path })).toThrow(AppError);
    expect(() => read({ path })).toThrow(refused);
  });
}

test("DuckDB's message about a lock is understood, whole or not", () => {
  const tail = "See also https://duckdb.org/docs/stable/connect/concurrency";
  const lock = 'IO Error: Could not set lock on file "/a b/c.duckdb": Conflicting lock is held in';
  expect(parseLockMessage(`${lock} /usr/bin/python3.11 (PID 11213). ${tail}`)).toEqual({
    file: "/a b/c.duckdb",
    pid: 11213,
    command: "/usr/bin/python3.11",
    readingOnly: false,
  });
  const shared = "However, you would be able to open this database in read-only mode";
  expect(parseLockMessage(`${lock} PID 0. ${shared}`)).toMatchObject({ pid: null, command: null, readingOnly: true });
  expect(parseLockMessage("IO Error: something else")).toBeNull();
});
