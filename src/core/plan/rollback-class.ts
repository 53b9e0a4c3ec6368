// Whether there is a way back from what a plan leads to, said before anything runs. Pure.
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import { shortName } from "../project/store-name.ts";
import type { ReleaseNode } from "../records.ts";
import type { RollbackClass } from "../views/plan.ts";
import { actionsOf, type Plan } from "./plan.ts";

export interface RollbackInput {
  plan: Plan;
  live: { release: { number: number }; nodes: readonly ReleaseNode[] } | null;
  /** Ready versions of this warehouse. */
  versions: readonly { node: string; key: string }[];
}

/**
 * The way back to the release that is live now. `rebuild`: some of its versions are gone and would be built again. What a snapshot
 * writes stays whatever is served, so it is named but stops nothing.
 */
export function rollbackClass({ plan, live, versions }: RollbackInput): RollbackClass {
  const why: Text[] = [];
  const adopted = actionsOf(plan, "adopt").length;
  if (adopted > 0) why.push(say("plan.rollback_adopted", { count: adopted }));
  if (live === null) return { kind: "reversible", to: null, why: [say("plan.rollback_first"), ...why] };
  for (const { node } of actionsOf(plan, "snapshot"))
    why.push(say("plan.rollback_snapshot", { name: shortName(node) }));
  const release = live.release.number;
  const count = missingVersions(live.nodes, versions);
  if (count === 0) return { kind: "reversible", to: release, why };
  return { kind: "rebuild", to: release, why: [say("plan.rollback_collected", { release, count }), ...why] };
}

/** How many nodes of a release have no ready version any more. Snapshots have one stable relation that is never collected. */
function missingVersions(nodes: readonly ReleaseNode[], versions: RollbackInput["versions"]): number {
  const ready = new Set(versions.map((version) => `${version.node} ${version.key}`));
  return nodes.filter((node) => node.resourceType !== "snapshot" && !ready.has(`${node.node} ${node.key}`)).length;
}
