// `slipway unlock [env]`
import type { Program } from "../program.ts";
import type { Runner } from "../runner.ts";
import { actRequest } from "./options.ts";

export function addUnlock(program: Program, run: Runner): void {
  const command = program.sub("unlock", "cli.help_unlock").takes("[env]", "cli.arg_env");
  command.action((environment: string | undefined) =>
    run(command, {
      schema: "unlock/1",
      act: (flow) => flow.unlock({ environment: environment ?? null, ...actRequest(command) }),
      screen: async () => (await import("../render/upkeep.ts")).renderUnlock,
    }),
  );
}
