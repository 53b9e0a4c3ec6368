// `replica:` of an environment: after each act the consumers' file shows what is live. What a crash left behind the next act makes good.
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { EnvironmentConfig } from "../../core/config/config.ts";
import type { Environment } from "../../core/records.ts";
import type { ViewBase } from "../../core/views/base.ts";
import { recordAudit } from "../../db/audit.ts";
import { AppError, type Problem } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { environmentDir } from "../session/engine.ts";
import { fault } from "../session/fault.ts";
import { type LiveRelease, liveRelease } from "../session/live.ts";
import { replicaFile } from "../session/project.ts";
import type { Session } from "../session/session.ts";
import type { Act } from "./act.ts";

/**
 * Writes the file where it does not show what is live. A file that cannot be written is a warning, never the end of a switch that has
 * happened: readers keep the one before, and the next act tries again.
 */
export async function withReplica<T>(act: Act, value: T): Promise<T> {
  const problem = await keepReplica(act);
  if (problem === null || value === null || typeof value !== "object" || !("problems" in value)) return value;
  return { ...value, problems: [...(value as unknown as ViewBase).problems, problem] };
}

/** True: something is live here that the file does not show. Opens nothing. */
export async function isReplicaBehind(session: Session, environment: EnvironmentConfig): Promise<boolean> {
  const record = await session.record(environment);
  if (environment.replica === null || record.liveReleaseId === null || !record.warehouse?.startsWith("duckdb:"))
    return false;
  return !(await isCurrent({ session, environment }, replicaFile(session.place, environment.replica), stampOf(record)));
}

async function keepReplica(act: Act): Promise<Problem | null> {
  const { session, environment, warehouse } = act;
  if (environment.replica === null || !warehouse.replicate) return null;
  const record = await session.record(environment);
  const live = await liveRelease(session, record);
  if (!live) return null;
  const file = replicaFile(session.place, environment.replica);
  try {
    if (await isCurrent(act, file, stampOf(record))) return null;
    await writeReplica(act, record, live, file);
    return null;
  } catch (error) {
    if (session.ctx.signal.aborted) throw error;
    return reportFailure(act, live, file, error);
  }
}

async function writeReplica(act: Act, record: Environment, live: LiveRelease, file: string): Promise<void> {
  const { session, environment, warehouse } = act;
  const { clock, progress } = session.ctx;
  const from = clock.ticksMs();
  const { sizeBytes } = await warehouse.replicate!({
    file,
    names: live.nodes.map(({ published, relation }) => ({ published, target: relation })),
    fault: (name) => fault(session.ctx, name),
  });
  const ms = clock.ticksMs() - from;
  await recordAudit(await session.db(), {
    who: await session.actor(),
    what: "environment.replica",
    subject: `environment ${environment.name}`,
    why: null,
    details: { release: live.release.number, names: live.nodes.length, size_bytes: sizeBytes, ms: Math.round(ms) },
  });
  await mkdir(environmentDir(session, environment), { recursive: true });
  await writeFile(stampFile(act), JSON.stringify({ ...stampOf(record), ...(await identity(file)) }));
  progress({
    kind: "note",
    text: say("replica.written", { file: environment.replica!, release: live.release.number, sizeBytes, ms }),
  });
}

interface Stamp {
  releaseId: number | null;
  revision: number;
}

type Where = Pick<Act, "session" | "environment">;

const stampFile = ({ session, environment }: Where): string =>
  join(environmentDir(session, environment), "replica.json");
const stampOf = ({ liveReleaseId, revision }: Environment): Stamp => ({ releaseId: liveReleaseId, revision });

/** The very file that was written for this revision still stands there. */
async function isCurrent(act: Where, file: string, stamp: Stamp): Promise<boolean> {
  const known = await readFile(stampFile(act), "utf8").catch(() => null);
  return known !== null && known === JSON.stringify({ ...stamp, ...(await identity(file)) });
}

async function identity(file: string): Promise<{ file: string; size: number; changedMs: number } | null> {
  const facts = await stat(file).catch(() => null);
  return facts && { file, size: facts.size, changedMs: Math.round(facts.mtimeMs) };
}

async function reportFailure(act: Act, live: LiveRelease, file: string, error: unknown): Promise<Problem> {
  const { session, environment } = act;
  const why = error instanceof AppError ? error.text : say("replica.error", { message: (error as Error).message });
  const release = live.release.number;
  await recordAudit(await session.db(), {
    who: await session.actor(),
    what: "environment.replica_failed",
    subject: `environment ${environment.name}`,
    why: null,
    details: { release, file },
  });
  return {
    code: "replica_failed",
    severity: "warning",
    message: say("replica.failed", { file: environment.replica!, release, why }),
    hint: say("replica.failed_hint", { environment: environment.name }),
  };
}
