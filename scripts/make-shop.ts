// Makes the example shop in a folder of your own: a Git repository and its DuckDB file, to try Slipway on. The tour of the README uses it.
// Usage: node scripts/setup.mjs scripts/make-shop.ts FOLDER
import { existsSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { prepareDbt } from "./demo/world.ts";
import { git, loadDuckdb, makeShop } from "./shop.ts";

const [name, ...rest] = process.argv.slice(2);
const folder = resolve(name ?? "");
if (name === undefined || rest.length > 0) fail("usage: node scripts/setup.mjs scripts/make-shop.ts FOLDER", 2);
else if (existsSync(folder) && readdirSync(folder).length > 0) fail(`${folder} is not empty; nothing was changed`, 2);
else {
  const python = await prepareDbt({ lang: "en", line: (text = "") => process.stderr.write(`${text}\n`) });
  makeShop(folder);
  git(folder, "config", "user.name", "Aoi Tanaka");
  git(folder, "config", "user.email", "aoi@example.com");
  loadDuckdb(folder, python, "raw");
  process.stdout.write(`${folder}: the shop, one commit, and shop.duckdb with its source tables\n`);
}

function fail(message: string, code: number): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = code;
}
