// `rollout history`: every promotion and rollback of an environment, newest first.
import type { HistoryView } from "../../core/views/rollback.ts";
import { findEnvironment } from "../../db/projects.ts";
import { listRevisions, loadRelease, loadStanding } from "../../db/releases.ts";
import { releaseRef } from "../session/commit.ts";
import type { Session } from "../session/session.ts";

export async function history(
  session: Session,
  request: { environment: string | null; limit: number },
): Promise<HistoryView> {
  const environment = session.environment(request.environment);
  const db = await session.db();
  const record = await findEnvironment(db, (await session.project()).id, environment.name);
  const steps = record ? await listRevisions(db, record.id, request.limit) : [];
  const ids = [
    ...new Set(steps.flatMap((step) => [step.releaseId, ...(step.fromReleaseId === null ? [] : [step.fromReleaseId])])),
  ];
  const known = new Map<number, { ref: ReturnType<typeof releaseRef>; collected: boolean }>();
  for (const id of ids) {
    const [release, standing] = [await loadRelease(db, id), await loadStanding(db, id, record?.id ?? 0)];
    known.set(id, { ref: releaseRef(release, standing), collected: standing?.collected ?? false });
  }
  return {
    outcome: "done",
    timezone: session.place.config.timezone,
    at: session.ctx.clock.now(),
    problems: [],
    environment: environment.name,
    revisions: steps.map((step) => ({
      revision: step.revision,
      release: known.get(step.releaseId)!.ref,
      from: step.fromReleaseId === null ? null : (known.get(step.fromReleaseId)?.ref.number ?? null),
      kind: step.kind,
      runId: step.runId,
      actor: step.actor,
      reason: step.reason,
      at: step.at,
      switchMs: step.switchMs,
      current: step.revision === record?.revision,
      canGoBack: !known.get(step.releaseId)!.collected,
    })),
  };
}
