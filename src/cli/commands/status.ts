// `slipway status [env]`
import type { Program } from "../program.ts";
import type { Runner } from "../runner.ts";

export function addStatus(program: Program, run: Runner): void {
  const command = program.sub("status", "cli.help_status").takes("[env]", "cli.arg_env_all");
  command.examples([["slipway status", "cli.ex_status"]]).action((environment: string | undefined) =>
    run(command, {
      schema: "status/1",
      act: (flow) => flow.status({ environment: environment ?? null }),
      screen: async () => (await import("../render/status.ts")).renderStatus,
    }),
  );
}
