// Finds the release a person means: `r42`, `42`, or a commit. Says the nearest when there is none.
import type { Release } from "../../core/records.ts";
import { listReleases, loadRelease, loadReleaseByNumber } from "../../db/releases.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import type { Session } from "../session/session.ts";

/** AppError `not_found` with the newest releases there are. */
export async function findRelease(session: Session, name: string): Promise<Release> {
  const db = await session.db();
  const { id: projectId } = await session.project();
  const number = /^r?(\d{1,9})$/.exec(name)?.[1];
  const byNumber =
    number === undefined ? null : await loadReleaseByNumber(db, projectId, Number(number)).catch(whenMissing);
  if (byNumber) return byNumber;
  const all = await listReleases(db, { projectId, limit: 500 });
  const byCommit = /^[0-9a-f]{4,40}$/.test(name) ? all.find((release) => release.commit.startsWith(name)) : undefined;
  if (byCommit) return loadRelease(db, byCommit.id);
  const newest = all.slice(0, 5).map((release) => `r${release.number}`);
  throw new AppError("not_found", say("flow.unknown_release", { release: name }), {
    hint: newest.length === 0 ? say("flow.no_releases_hint") : say("flow.unknown_release_hint", { newest }),
  });
}

function whenMissing(error: unknown): null {
  if (error instanceof AppError && error.code === "not_found") return null;
  throw error;
}
