// `slipway init [dir]`
import type { Program } from "../program.ts";
import type { Runner } from "../runner.ts";
import type { GlobalOptions } from "../screen.ts";

export function addInit(program: Program, run: Runner): void {
  const command = program.sub("init", "cli.help_init").takes("[dir]", "cli.arg_dir");
  command.examples([["slipway init --yes", "cli.ex_init"]]).action((dir: string | undefined) => {
    const { yes } = command.optsWithGlobals<GlobalOptions>();
    return run(command, {
      schema: "init/1",
      act: (flow) => flow.init({ dir: dir ?? null, yes: yes === true }),
      screen: async () => (await import("../render/init.ts")).renderInit,
    });
  });
}
