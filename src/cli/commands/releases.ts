// `slipway releases [env]`
import { atLeastOne, type Program } from "../program.ts";
import type { Runner } from "../runner.ts";

const RELEASES_SHOWN = "20";

export function addReleases(program: Program, run: Runner): void {
  const command = program.sub("releases", "cli.help_releases").takes("[env]", "cli.arg_env");
  command
    .knows("--limit <n>", "cli.opt_limit")
    .examples([["slipway releases prod --limit 50", "cli.ex_releases"]])
    .action((environment: string | undefined, { limit = RELEASES_SHOWN }: { limit?: string }) => {
      const most = atLeastOne("--limit", limit);
      return run(command, {
        schema: "releases/1",
        act: (flow) => flow.releases({ environment: environment ?? null, limit: most }),
        screen: async () => (await import("../render/releases.ts")).renderReleases,
      });
    });
}
