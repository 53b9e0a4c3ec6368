// Upkeep of the state folder: folders of old runs go, younger ones lose what dbt left in them, parsed commits that nobody needs go too.
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { planFolders, type RunFolder } from "../../core/upkeep.ts";
import { runEnds, unneededManifests } from "../../db/upkeep.ts";
import { runDirOf } from "../../flow/secrets/run-log.ts";
import type { Session } from "../../flow/session/session.ts";
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";

/** What dbt leaves in the folder of a run; the log and the compiled SQL stay readable without it. */
const ARTIFACTS = ["target", "manifest.json"];
/** A draft whose process died is not written to any more. */
const DRAFT_AGE_MS = 86_400_000;

export async function cleanFolders(session: Session): Promise<{ freedBytes: number; notes: Text[] }> {
  const { home, config } = session.place;
  const now = session.ctx.clock.now();
  const { remove, empty } = planFolders(await runFolders(session), config.upkeep, now);
  let freedBytes = 0;
  for (const folder of remove) {
    await rm(runDirOf(home, folder.runId), { recursive: true, force: true });
    freedBytes += folder.sizeBytes;
  }
  for (const folder of empty) {
    for (const name of ARTIFACTS) await rm(join(runDirOf(home, folder.runId), name), { recursive: true, force: true });
    freedBytes += folder.artifactBytes;
  }
  const manifests = await cleanManifests(session, new Date(now.getTime() - config.upkeep.keepRunsMs));
  const folders = remove.length + empty.length;
  const notes = [
    ...(folders > 0 ? [say("upkeep.cleaned", { runs: remove.length, emptied: empty.length })] : []),
    ...(manifests.count > 0 ? [say("upkeep.manifests", { count: manifests.count })] : []),
  ];
  return {
    freedBytes: freedBytes + manifests.freedBytes,
    notes: notes.length > 0 ? notes : [say("upkeep.nothing")],
  };
}

/** Every folder of a run on this disk; one that the state knows nothing of counts from when it was last written to. */
async function runFolders(session: Session): Promise<RunFolder[]> {
  const { home } = session.place;
  const ids = (await readdir(join(home, "runs")).catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const ends = await runEnds(await session.db(), ids);
  return Promise.all(
    ids.map(async (runId): Promise<RunFolder> => {
      const folder = runDirOf(home, runId);
      const known = ends.get(runId);
      const sizes = await Promise.all(ARTIFACTS.map((name) => folderBytes(join(folder, name))));
      return {
        runId,
        endedAt: known ? known.endedAt : (await stat(folder)).mtime,
        needed: known?.needed ?? false,
        sizeBytes: await folderBytes(folder),
        artifactBytes: sizes.reduce((sum, size) => sum + size, 0),
      };
    }),
  );
}

/** The record of the commit stays: it is parsed again should anybody ask for it. */
async function cleanManifests(session: Session, before: Date): Promise<{ count: number; freedBytes: number }> {
  const { home } = session.place;
  const paths = await unneededManifests(await session.db(), (await session.project()).id, before);
  const drafts = (await readdir(join(home, "manifests")).catch(() => []))
    .filter((name) => name.endsWith(".tmp"))
    .map((name) => join("manifests", name));
  const done = { count: 0, freedBytes: 0 };
  for (const path of [...paths, ...drafts]) {
    const folder = join(home, path);
    const facts = await stat(folder).catch(() => null);
    if (!facts || (drafts.includes(path) && before.getTime() - facts.mtimeMs < DRAFT_AGE_MS)) continue;
    done.count += 1;
    done.freedBytes += await folderBytes(folder);
    await rm(folder, { recursive: true, force: true });
  }
  return done;
}

/** Of a file, or of everything below a folder; 0 for what is not there. */
export async function folderBytes(path: string): Promise<number> {
  const facts = await stat(path).catch(() => null);
  if (!facts) return 0;
  if (!facts.isDirectory()) return facts.size;
  const names = await readdir(path, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(path, name)).then(
        (one) => (one.isFile() ? one.size : 0),
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
