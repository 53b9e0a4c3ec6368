// The programs a deployment needs: Node, Git, Python, dbt, its adapters and DuckDB's library.
import type { Ctx } from "../../core/ctx.ts";
import type { DoctorCheck } from "../../core/views/upkeep.ts";
import type { PythonEnv } from "../../dbt/python-env.ts";
import { runCommand } from "../../dbt/run-command.ts";
import { runGit } from "../../git/git.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { fromError, ok, warning } from "./check.ts";

/** Git checks out with an index of its own and reads with `--end-of-options`: both are there from this version on. */
const GIT_MIN = [2, 24];
const PYTHON_TIMEOUT_MS = 20_000;

/** One line with everything that is there, and one per thing that is not. */
export async function programChecks(ctx: Ctx, python: () => Promise<PythonEnv>): Promise<DoctorCheck[]> {
  const found = [`Node ${process.versions.node}`];
  const checks: DoctorCheck[] = [];
  try {
    const version = await gitVersion(ctx);
    found.push(`Git ${version}`);
    if (isOlder(version, GIT_MIN))
      checks.push(warning("git", say("doctor.git_old", { version, min: GIT_MIN.join(".") })));
  } catch (error) {
    checks.push(...fromError("git", error));
  }
  try {
    found.push(...(await pythonVersions(await python())));
  } catch (error) {
    checks.push(...fromError("python", error));
  }
  return [
    ok("versions", say("doctor.versions", { versions: `Slipway ${ctx.version}, ${found.join(", ")}` })),
    ...checks,
  ];
}

async function gitVersion(ctx: Ctx): Promise<string> {
  const { stdout } = await runGit({ folder: ctx.cwd, env: ctx.env }, ["--version"]);
  return /(\d+(?:\.\d+)+)/.exec(stdout.toString())?.[1] ?? "?";
}

function isOlder(version: string, [major = 0, minor = 0]: number[]): boolean {
  const [is = 0, then = 0] = version.split(".").map(Number);
  return is < major || (is === major && then < minor);
}

async function pythonVersions({ python, versions }: PythonEnv): Promise<string[]> {
  const asked = await runCommand(python, ["-I", "-V"], { env: {}, timeoutMs: PYTHON_TIMEOUT_MS });
  const version = /\d+(?:\.\d+)+/.exec(asked.stdout)?.[0];
  if (version === undefined) throw new AppError("upstream", say("doctor.python_silent", { python }));
  const named = {
    "dbt-core": versions.dbt,
    "dbt-duckdb": versions.dbtDuckdb,
    "dbt-postgres": versions.dbtPostgres,
    duckdb: versions.duckdb,
  };
  return [
    `Python ${version}`,
    ...Object.entries(named).flatMap(([name, value]) => (value === null ? [] : [`${name} ${value}`])),
  ];
}
