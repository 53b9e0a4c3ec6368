// `slipway gc [env]`
import type { Program } from "../program.ts";
import type { Runner } from "../runner.ts";
import { actRequest } from "./options.ts";

export function addGc(program: Program, run: Runner): void {
  const command = program.sub("gc", "cli.help_gc").takes("[env]", "cli.arg_env_all");
  command
    .knows("--dry-run", "cli.opt_dry_run")
    .knows("--forget <warehouse>", "cli.opt_forget")
    .knows("--all", "cli.opt_all")
    .examples([["slipway gc prod --dry-run", "cli.ex_gc"]])
    .action((environment: string | undefined, { dryRun, forget }: { dryRun?: boolean; forget?: string }) =>
      run(command, {
        schema: "gc/1",
        act: (flow) =>
          flow.gc({
            environment: environment ?? null,
            dryRun: dryRun === true,
            ...(forget === undefined ? {} : { forget }),
            ...actRequest(command),
          }),
        screen: async () => (await import("../render/gc.ts")).renderGc,
      }),
    );
}
