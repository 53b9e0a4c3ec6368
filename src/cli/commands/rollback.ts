// `slipway rollback [env]`
import type { Program } from "../program.ts";
import type { Runner } from "../runner.ts";
import { actOptions, actRequest } from "./options.ts";

export function addRollback(program: Program, run: Runner): void {
  const command = program.sub("rollback", "cli.help_rollback").takes("[env]", "cli.arg_env");
  command.knows("--to <release>", "cli.opt_to_release");
  actOptions(command)
    .examples([
      ["slipway rollback prod", "cli.ex_rollback"],
      ["slipway rollback prod --to r40", "cli.ex_rollback_to"],
    ])
    .action((environment: string | undefined, { to }: { to?: string }) =>
      run(command, {
        schema: "rollback/1",
        act: (flow) =>
          flow.rollback({
            environment: environment ?? null,
            to: to ?? null,
            toRevision: null,
            ...actRequest(command),
          }),
        screen: async () => (await import("../render/rollback.ts")).renderRollback,
      }),
    );
}
