// Rules of a job's steps: each is a dbt command that Slipway runs, and together they are one run.
import type { Problem, Where } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { conflictingVars, type DbtCommand, parseDbtCommand } from "../jobs/dbt-command.ts";
import type { ConfigFile } from "./schema.ts";
import { type Path, problem, type Source } from "./source.ts";

export function stepRules(file: ConfigFile, source: Source): Problem[] {
  return Object.entries(file.jobs).flatMap(([name, job]) => {
    const problems: Problem[] = [];
    const commands: DbtCommand[] = [];
    for (const [index, step] of job.steps.entries()) {
      const path = ["jobs", name, "steps", index];
      const read = parseDbtCommand(step);
      if ("mistake" in read) {
        const { text, hint, at } = read.mistake;
        problems.push(problem("bad_step", text, within(source, path, step, at), hint ?? undefined));
      } else {
        commands.push(read.command);
        if (read.command.fullRefresh && job.full_refresh === "never")
          problems.push(problem("full_refresh", say("job.full_refresh_never"), source.where(path)));
      }
    }
    const variable = conflictingVars(commands);
    if (variable === null) return problems;
    const where = source.where(["jobs", name, "steps"], true);
    return [...problems, problem("vars_conflict", say("job.vars_conflict", { name: variable }), where)];
  });
}

/** The place of a character of a text, where it stands on one line as it was typed. */
function within(source: Source, path: Path, text: string, at: number): Where {
  const where = source.where(path);
  const start = where.excerpt?.indexOf(text, Math.max(0, (where.column ?? 1) - 1)) ?? -1;
  return start < 0 ? where : { ...where, column: start + at + 1 };
}
