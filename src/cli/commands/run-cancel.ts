// `slipway run cancel RUN`
import { atLeastOne, type Program } from "../program.ts";
import type { Runner } from "../runner.ts";
import { actRequest } from "./options.ts";

export function addRunCancel(group: Program, run: Runner): void {
  const command = group.sub("cancel", "serve.help_run_cancel").takes("<run>", "serve.arg_run");
  command.examples([["slipway run cancel 412", "serve.ex_run_cancel"]]).action((wanted: string) => {
    const number = atLeastOne("RUN", wanted);
    return run(command, {
      schema: "run-cancel/1",
      act: (ops) => ops.runCancel({ run: number, ...actRequest(command) }),
      screen: async () => (await import("../render/serve.ts")).renderRunCancel,
    });
  });
}
