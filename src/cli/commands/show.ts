// `slipway show RELEASE`
import { atLeastOne, type Program } from "../program.ts";
import type { Runner } from "../runner.ts";

const ROWS_SHOWN = "10";

export function addShow(program: Program, run: Runner): void {
  const command = program.sub("show", "cli.help_show").takes("<release>", "cli.arg_release");
  command
    .knows("--env <env>", "cli.opt_env")
    .knows("--test <test>", "cli.opt_test")
    .knows("--limit <n>", "cli.opt_limit")
    .knows("--all", "cli.opt_all")
    .examples([["slipway show r43 --test unique_orders_order_id", "cli.ex_show_test"]])
    .action((release: string, options: { env?: string; test?: string; limit?: string }) => {
      const limit = atLeastOne("--limit", options.limit ?? ROWS_SHOWN);
      return run(command, {
        schema: "release/1",
        act: (flow) => flow.show({ release, environment: options.env ?? null, test: options.test ?? null, limit }),
        screen: async () => (await import("../render/show.ts")).renderShow,
      });
    });
}
