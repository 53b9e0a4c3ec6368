// Why each node of a plan is built: its key components now, compared with those of the version that is live.
import { type ExplainLine, explainKey, KEY_FORMAT, type KeyComponents } from "../../core/keys/key.ts";
import { hasOwnChange, reasonsOf } from "../../core/keys/reasons.ts";
import type { NodeId } from "../../core/project/relation.ts";
import { loadKeyRecords } from "../../db/key-records.ts";
import { listVersions } from "../../db/versions.ts";
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import type { Session } from "../session/session.ts";
import type { Draft } from "./draft.ts";

export interface Compared {
  /** Differences to the live version; null when there is nothing to compare with. */
  lines: ExplainLine[] | null;
  reasons: Text[];
  /** False: it is built only because something above it changed. */
  own: boolean;
  /** Its live key has an older format. */
  otherFormat: boolean;
}

/** One entry per node that the plan builds, parents first. */
export async function compareBuilds(session: Session, draft: Draft): Promise<Map<NodeId, Compared>> {
  const builds = draft.plan.actions.filter((action) => action.kind === "build" || action.kind === "snapshot");
  if (builds.length === 0) return new Map();
  const live = new Map((draft.live?.nodes ?? []).map((node) => [node.node, node]));
  const wanted = builds.flatMap(({ node }) => live.get(node) ?? []);
  const records = await loadKeyRecords(await session.db(), (await session.project()).id, wanted);
  const before = await unreadyKeys(session, draft);
  return new Map(
    builds.map(({ node, key }) => {
      if (!live.has(node)) return [node, without(missingReason(draft, before, node, key))];
      const record = records.get(node) as KeyComponents | undefined;
      const now = draft.keyed.keys.get(node);
      if (!record || !now) return [node, without(say("plan.reason_missing"))];
      return [node, comparison(record, now.components, now.reasons, missingReason(draft, before, node, key))];
    }),
  );
}

function comparison(
  record: KeyComponents,
  now: KeyComponents,
  volatile: Parameters<typeof reasonsOf>[1]["volatile"],
  otherwise: Text,
): Compared {
  const lines = explainKey(record, now);
  const reasons = reasonsOf(lines, { format: KEY_FORMAT, volatile });
  const otherFormat = record.format !== now.format;
  return { lines, reasons: reasons.length > 0 ? reasons : [otherwise], own: hasOwnChange(lines), otherFormat };
}

const without = (reason: Text): Compared => ({ lines: null, reasons: [reason], own: true, otherFormat: false });

/** Nothing differs from what is live, or nothing is: the version is simply not there (any more, or yet). */
function missingReason(draft: Draft, unready: Set<string>, node: NodeId, key: string): Text {
  if (unready.has(`${node} ${key}`)) return say("plan.reason_unfinished");
  const elsewhere =
    draft.live?.nodes.some((one) => one.node === node) || draft.versions.some((version) => version.node === node);
  return elsewhere ? say("plan.reason_missing") : say("plan.reason_new");
}

async function unreadyKeys(session: Session, draft: Draft): Promise<Set<string>> {
  const listing = {
    warehouse: draft.warehouse.identity,
    projectId: (await session.project()).id,
    states: ["building" as const, "failed" as const],
  };
  const versions = await listVersions(await session.db(), listing);
  return new Set(versions.map((version) => `${version.node} ${version.key}`));
}

/** Why nodes of a release differ from an earlier one, from the records of both keys; nodes without a record are left out. */
export async function releaseReasons(
  session: Session,
  changed: readonly { node: NodeId; key: string }[],
  before: ReadonlyMap<NodeId, { node: NodeId; key: string }>,
): Promise<Map<NodeId, Text[]>> {
  const [db, { id: projectId }] = [await session.db(), await session.project()];
  const earlier = changed.flatMap(({ node }) => before.get(node) ?? []);
  const [now, was] = [await loadKeyRecords(db, projectId, changed), await loadKeyRecords(db, projectId, earlier)];
  const reasons = new Map<NodeId, Text[]>();
  for (const { node } of changed) {
    const [after, record] = [now.get(node) as KeyComponents | undefined, was.get(node) as KeyComponents | undefined];
    if (after && record)
      reasons.set(node, reasonsOf(explainKey(record, after), { format: after.format, volatile: [] }));
  }
  return reasons;
}
