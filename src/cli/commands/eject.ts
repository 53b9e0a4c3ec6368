// `slipway eject ENV`
import type { Program } from "../program.ts";
import type { Runner } from "../runner.ts";
import { actRequest } from "./options.ts";

export function addEject(program: Program, run: Runner): void {
  const command = program.sub("eject", "cli.help_eject").takes("<env>", "cli.arg_env_needed");
  command
    .knows("--confirm <env>", "cli.opt_confirm")
    .examples([["slipway eject prod --confirm prod", "cli.ex_eject"]])
    .action((environment: string) =>
      run(command, {
        schema: "eject/1",
        act: (flow) => flow.eject({ environment, ...actRequest(command) }),
        screen: async () => (await import("../render/upkeep.ts")).renderEject,
      }),
    );
}
