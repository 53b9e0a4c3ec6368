// `slipway promote RELEASE --to ENV`
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import type { Program } from "../program.ts";
import type { Runner } from "../runner.ts";
import { actOptions, actRequest } from "./options.ts";

export function addPromote(program: Program, run: Runner): void {
  const command = program.sub("promote", "cli.help_promote").takes("<release>", "cli.arg_release");
  command.knows("--to <env>", "cli.opt_to_env");
  actOptions(command)
    .examples([["slipway promote r42 --to prod", "cli.ex_promote"]])
    .action((release: string, { to }: { to?: string }) => {
      if (to === undefined)
        throw new AppError("invalid", say("cli.missing_argument", { name: "--to ENV", command: command.fullName() }), {
          hint: say("cli.type_this", { command: `slipway promote ${release} --to ENV` }),
        });
      return run(command, {
        schema: "deploy/1",
        act: (flow) => flow.promote({ release, to, ...actRequest(command) }),
        screen: async () => (await import("../render/deploy.ts")).renderDeploy,
      });
    });
}
