// `slipway cancel [env]`
import type { Program } from "../program.ts";
import type { Runner } from "../runner.ts";
import { actRequest } from "./options.ts";

export function addCancel(program: Program, run: Runner): void {
  const command = program.sub("cancel", "cli.help_cancel").takes("[env]", "cli.arg_env");
  command.action((environment: string | undefined) =>
    run(command, {
      schema: "cancel/1",
      act: (flow) => flow.cancel({ environment: environment ?? null, ...actRequest(command) }),
      screen: async () => (await import("../render/upkeep.ts")).renderCancel,
    }),
  );
}
