// `slipway rollout status|history|undo ENV`: the same acts under the names known from kubectl.
import { atLeastOne, type Program } from "../program.ts";
import type { Runner } from "../runner.ts";
import { actOptions, actRequest } from "./options.ts";

const REVISIONS_SHOWN = 20;

export function addRollout(program: Program, run: Runner): void {
  const rollout = program.sub("rollout", "cli.help_rollout");
  addRolloutStatus(rollout, run);
  addRolloutHistory(rollout, run);
  addRolloutUndo(rollout, run);
}

function addRolloutStatus(rollout: Program, run: Runner): void {
  const command = rollout.sub("status", "cli.help_rollout_status").takes("<env>", "cli.arg_env_needed");
  command.action((environment: string) =>
    run(command, {
      schema: "status/1",
      act: (flow) => flow.status({ environment }),
      screen: async () => (await import("../render/status.ts")).renderStatus,
    }),
  );
}

function addRolloutHistory(rollout: Program, run: Runner): void {
  const command = rollout.sub("history", "cli.help_rollout_history").takes("<env>", "cli.arg_env_needed");
  command.action((environment: string) =>
    run(command, {
      schema: "history/1",
      act: (flow) => flow.history({ environment, limit: REVISIONS_SHOWN }),
      screen: async () => (await import("../render/history.ts")).renderHistory,
    }),
  );
}

function addRolloutUndo(rollout: Program, run: Runner): void {
  const command = rollout.sub("undo", "cli.help_rollout_undo").takes("<env>", "cli.arg_env_needed");
  command.knows("--to-revision <n>", "cli.opt_to_revision");
  actOptions(command)
    .examples([["slipway rollout undo prod --to-revision 7", "cli.ex_undo"]])
    .action((environment: string, { toRevision }: { toRevision?: string }) => {
      const revision = toRevision === undefined ? null : atLeastOne("--to-revision", toRevision);
      return run(command, {
        schema: "rollback/1",
        act: (flow) => flow.rollback({ environment, to: null, toRevision: revision, ...actRequest(command) }),
        screen: async () => (await import("../render/rollback.ts")).renderRollback,
      });
    });
}
