// The Python that tests run dbt and DuckDB with: the project's own environment, made once and shared.
import { homedir } from "node:os";
import { join } from "node:path";
import { ensurePython } from "../../src/dbt/python-env.ts";

/** Absolute path of an interpreter with dbt and duckdb. `SLIPWAY_TEST_PYTHON` names another one. */
export async function testPython(): Promise<string> {
  const given = process.env.SLIPWAY_TEST_PYTHON;
  if (given) return given;
  const cacheDir = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  return (await ensurePython({ cacheDir, env: process.env, onProgress: () => {} })).python;
}
