// `slipway resume [env]`
import type { Program } from "../program.ts";
import type { Runner } from "../runner.ts";
import { actRequest } from "./options.ts";

export function addResume(program: Program, run: Runner): void {
  const command = program.sub("resume", "cli.help_resume").takes("[env]", "cli.arg_env");
  command.action((environment: string | undefined) =>
    run(command, {
      schema: "resume/1",
      act: (flow) => flow.resume({ environment: environment ?? null, ...actRequest(command) }),
      screen: async () => (await import("../render/upkeep.ts")).renderResume,
    }),
  );
}
