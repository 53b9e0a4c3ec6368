// Runs the checks and the tests, and ends with one line for people and machines: `N passed, N failed`.
// Usage: node scripts/test.ts [check] [unit] [integration] [e2e] [--coverage] [-- vitest's own arguments]; nothing named means all.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

interface Count {
  passed: number;
  failed: number;
}

const root = join(import.meta.dirname, "..");
const modules = join(root, "node_modules");
const projects = ["unit", "integration", "e2e"];

const [own, passedOn] = split(process.argv.slice(2));
const parts = own.filter((argument) => !argument.startsWith("--"));
const unknown = parts.find((part) => part !== "check" && !projects.includes(part));
if (unknown) throw new Error(`unknown part of the tests: ${unknown} (check, ${projects.join(", ")})`);
const wanted = (part: string) => parts.length === 0 || parts.includes(part);

const counts: Count[] = [];
if (wanted("check")) counts.push(check(parts.length > 0));
const chosen = projects.filter(wanted);
if (chosen.length > 0)
  counts.push(
    runTests([
      ...chosen.flatMap((name) => ["--project", name]),
      ...(own.includes("--coverage") ? ["--coverage"] : []),
      ...passedOn,
    ]),
  );

const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function split(all: string[]): [string[], string[]] {
  const border = all.indexOf("--");
  return border < 0 ? [all, []] : [all.slice(0, border), all.slice(border + 1)];
}

/** Each step counts as one test. The tidy rules are a test file: they run here only when the unit tests do not follow. */
function check(alone: boolean): Count {
  const steps = [
    step("format and lint (biome)", ["@biomejs/biome/bin/biome", "check", "--error-on-warnings"]),
    step("types (tsc)", ["typescript/bin/tsc", "-p", "."]),
    step("dead code (knip)", ["knip/bin/knip.js", "--no-progress"]),
    step("the sidecar's Python (ruff, mypy)", [join(root, "scripts/check-python.ts")]),
  ];
  if (alone)
    steps.push(
      step("tidy rules (test/tidy.test.ts)", ["vitest/vitest.mjs", "run", "--project", "unit", "test/tidy.test.ts"]),
    );
  return { passed: steps.filter(Boolean).length, failed: steps.filter((good) => !good).length };
}

function step(name: string, [program, ...rest]: string[]): boolean {
  const startMs = performance.now();
  const result = spawnSync(process.execPath, [resolve(modules, program!), ...rest], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1e9,
  });
  const good = result.status === 0;
  console.log(`${good ? "✓" : "✗"} ${name}  ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
  if (!good) console.log(`${result.stdout}${result.stderr}${result.error?.message ?? ""}`.trimEnd());
  return good;
}

/** Counts what vitest reports. A skipped test, a file that does not load and an error outside any test count as failed. */
function runTests(rest: string[]): Count {
  const folder = mkdtempSync(join(tmpdir(), "slipway-test-"));
  const file = join(folder, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  try {
    const result = spawnSync(process.execPath, [join(modules, "vitest/vitest.mjs"), "run", ...reporters, ...rest], {
      cwd: root,
      stdio: "inherit",
    });
    return countReport(JSON.parse(readFileSync(file, "utf8")), result.status === 0);
  } catch (error) {
    console.log(`vitest left no report: ${error instanceof Error ? error.message : error}`);
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: unknown[] }[];
}

function countReport(report: Report, ended: boolean): Count {
  const unloaded = report.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.length === 0,
  ).length;
  const skipped = report.numPendingTests + report.numTodoTests;
  if (skipped > 0) console.log(`${skipped} skipped or todo: counted as failed`);
  const failed = report.numFailedTests + skipped + unloaded;
  return { passed: report.numPassedTests, failed: failed === 0 && !ended ? 1 : failed };
}
