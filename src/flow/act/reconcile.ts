// State and warehouse brought together where they went apart outside of Slipway: a database under another name, made anew, or restored.
import type { EnvironmentConfig } from "../../core/config/config.ts";
import type { LiveRow } from "../../core/plan/publish.ts";
import { type Relation, relationText } from "../../core/project/relation.ts";
import type { AuditRow, Environment } from "../../core/records.ts";
import { recordServed } from "../../db/endings.ts";
import { listEnvironments, updateEnvironment } from "../../db/projects.ts";
import { listRevisions, loadReleaseNumber } from "../../db/releases.ts";
import { listVersions, moveVersions, retireVersions } from "../../db/versions.ts";
import { say } from "../../text/catalogue.ts";
import type { Warehouse } from "../../warehouse/warehouse.ts";
import type { Session } from "../session/session.ts";

const REVISIONS_MAX = 1_000;

interface Meeting {
  session: Session;
  environment: EnvironmentConfig;
  /** As it was before this act looked at the warehouse. */
  before: Environment;
  warehouse: Warehouse;
  row: LiveRow;
  storeSchema: string;
}

/**
 * The same database under another name (another host name, a moved file) keeps its versions: without them every node would be built over
 * the relations that consumers read. Runs after recovery, so that an open switch is no difference any more.
 */
export async function reconcile(meeting: Meeting): Promise<void> {
  const { session, environment, before, warehouse, row } = meeting;
  const moved = before.warehouse !== null && before.warehouse !== warehouse.identity;
  const { liveReleaseId } = await session.record(environment);
  const recorded = liveReleaseId === null ? 0 : await loadReleaseNumber(await session.db(), liveReleaseId);
  if (!moved && row.release === recorded) return;
  const standing = await warehouse.listSchema(meeting.storeSchema);
  if (moved) await moveHere(meeting, before.warehouse!, standing);
  if (row.release !== recorded) await serveWhatStands(meeting, standing);
  // Last: after a crash before it, all of this is done again.
  if (moved)
    await updateEnvironment(await session.db(), before.id, { warehouse: warehouse.identity }, await moveAudit(meeting));
}

async function moveHere(meeting: Meeting, from: string, standing: Relation[]): Promise<void> {
  const { session, before, warehouse } = meeting;
  const db = await session.db();
  const audit = await moveAudit(meeting);
  const names = standing.map((relation) => relation.name);
  const place = { projectId: before.projectId, from, to: warehouse.identity, schema: meeting.storeSchema, names };
  await moveVersions(db, place, { ...audit, what: "versions.moved" });
  const installation = await session.installation();
  for (const other of await listEnvironments(db, before.projectId)) {
    if (other.warehouse !== from || other.id === before.id) continue;
    const row = await warehouse.readLive({ installation, project: session.place.name, environment: other.name });
    if (row !== null && row.release > 0)
      await updateEnvironment(
        db,
        other.id,
        { warehouse: warehouse.identity, liveId: row.id },
        {
          ...audit,
          subject: `environment ${other.name}`,
        },
      );
  }
}

/** The warehouse's own row says what consumers see. A release that this state does not know is left for a person. */
async function serveWhatStands(meeting: Meeting, standing: Relation[]): Promise<void> {
  const { session, environment, before, warehouse, row } = meeting;
  const db = await session.db();
  let served: number | null = null;
  if (row.release > 0) {
    const ids = [...new Set((await listRevisions(db, before.id, REVISIONS_MAX)).map((one) => one.releaseId))];
    for (const id of ids) if ((await loadReleaseNumber(db, id)) === row.release) served = id;
    if (served === null) return;
  }
  const there = new Set(standing.map(relationText));
  const search = { warehouse: warehouse.identity, projectId: before.projectId, states: ["ready" as const] };
  const gone = (await listVersions(db, search)).filter((one) => !there.has(relationText(one.relation)));
  const audit = await auditOf(meeting, "environment.reconciled", { release: row.release, versions_gone: gone.length });
  await retireVersions(
    db,
    gone.map((one) => one.id),
    { ...audit, what: "versions.retired" },
  );
  await recordServed(db, { environmentId: before.id, releaseId: served }, audit);
  session.ctx.progress({
    kind: "note",
    text: say("flow.reconciled", { environment: environment.name, release: row.release }),
  });
}

const moveAudit = (meeting: Meeting): Promise<AuditRow> =>
  auditOf(meeting, "environment.moved", { from: meeting.before.warehouse, to: meeting.warehouse.identity });

async function auditOf(meeting: Meeting, what: string, details: Record<string, unknown>): Promise<AuditRow> {
  const { session, environment } = meeting;
  return { who: await session.actor(), what, subject: `environment ${environment.name}`, why: null, details };
}
