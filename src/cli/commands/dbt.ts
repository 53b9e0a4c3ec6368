// `slipway dbt ENV -- COMMAND .. [--then COMMAND ..]`
import { joinWords } from "../../core/jobs/shell-words.ts";
import type { Program } from "../program.ts";
import type { Runner } from "../runner.ts";
import { actRequest } from "./options.ts";

export function addDbt(program: Program, run: Runner): void {
  const command = program.sub("dbt", "job.help_dbt").takes("<env>", "cli.arg_env_needed");
  command.afterDashes = "job.after_dashes";
  command
    .takes("<command...>", "job.arg_command")
    .knows("--commit <ref>", "job.opt_commit")
    .examples([
      ["slipway dbt prod -- run -s orders+ --then test -s orders+", "job.ex_dbt"],
      ["slipway dbt dev -- show --select orders --limit 5", "job.ex_dbt_show"],
    ])
    .action((environment: string, words: string[], { commit }: { commit?: string }) => {
      const { reason } = actRequest(command);
      const request = { environment, commands: commandLines(words), commit: commit ?? null, reason };
      return run(command, {
        schema: "run/1",
        act: (ops) => ops.dbt(request),
        screen: async () => (await import("../render/run.ts")).renderRun,
      });
    });
}

/** Commands separated by `--then`, each as a line that splits into the same words. */
function commandLines(words: readonly string[]): string[] {
  const lines: string[][] = [[]];
  for (const word of words) {
    if (word === "--then") lines.push([]);
    else lines.at(-1)!.push(word);
  }
  return lines.map(joinWords);
}
