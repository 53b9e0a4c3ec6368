// `releases`: what was made for an environment, newest first, what became of it and how long it was served.

import { liveMs } from "../../core/plan/revisions.ts";
import { countTests } from "../../core/plan/verdict.ts";
import type { Revision } from "../../core/records.ts";
import type { ReleaseRow, ReleasesView } from "../../core/views/status.ts";
import { listAudit } from "../../db/audit.ts";
import { findEnvironment } from "../../db/projects.ts";
import { listReleases, listRevisions, type ReleaseSummary } from "../../db/releases.ts";
import { releaseRef } from "../session/commit.ts";
import type { Session } from "../session/session.ts";

/** Revisions read for how long releases were live. */
const REVISIONS_MAX = 1_000;

export async function releases(
  session: Session,
  request: { environment: string | null; limit: number },
): Promise<ReleasesView> {
  const environment = session.environment(request.environment);
  const db = await session.db();
  const projectId = (await session.project()).id;
  const record = await findEnvironment(db, projectId, environment.name);
  const found = record ? await listReleases(db, { projectId, environmentId: record.id, limit: request.limit }) : [];
  const revisions = record && found.length > 0 ? await listRevisions(db, record.id, REVISIONS_MAX) : [];
  const now = session.ctx.clock.now();
  return {
    outcome: "done",
    timezone: session.place.config.timezone,
    at: now,
    problems: [],
    environment: environment.name,
    releases: await Promise.all(
      found.map(async (release) => {
        const row = releaseRow(release, record?.id ?? 0, revisions, now);
        return row.collectedAt === null
          ? row
          : { ...row, collectedAt: await collectedAt(session, release, row.collectedAt) };
      }),
    ),
  };
}

/** From the audit; `otherwise` when its row is not among the last. */
async function collectedAt(session: Session, release: ReleaseSummary, otherwise: Date): Promise<Date> {
  const rows = await listAudit(await session.db(), { subject: `release r${release.number}`, limit: 20 });
  return rows.find((row) => row.what === "release.collected")?.at ?? otherwise;
}

function releaseRow(release: ReleaseSummary, environmentId: number, revisions: Revision[], now: Date): ReleaseRow {
  const standing = release.standings.find((one) => one.environmentId === environmentId) ?? null;
  const evidence = standing?.evidence ?? null;
  return {
    ...releaseRef(release, standing),
    collectedAt: standing?.collected ? (standing.liveUntil ?? release.createdAt) : null,
    built: evidence?.built ?? release.builtCount,
    reused: evidence?.reused ?? release.reusedCount,
    tests: evidence ? countTests(evidence.tests) : null,
    verdict: standing?.verdict ?? null,
    liveMs: liveMs(release.id, revisions, now),
  };
}
