// What stands in warehouses that no environment of slipway.yml is in any more: its target got another database, or it was taken out.
import type { GcView } from "../../core/views/upkeep.ts";
import { type LeftVersions, leftVersions, retireLeft } from "../../db/left-versions.ts";
import { AppError, type Problem } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import type { Session } from "../session/session.ts";

/** A warning each, with how to remove it: Slipway has no way into that warehouse any more. */
export async function leftBehind(session: Session): Promise<Problem[]> {
  return (await left(session)).map(({ warehouse, schemas, count, sizeBytes }) => ({
    code: "left_behind",
    severity: "warning",
    message: say("flow.left_behind", { warehouse, schemas, count, sizeBytes }),
    hint: say("flow.left_behind_hint", { warehouse, schemas }),
  }));
}

/** Nothing is removed there: from now on nothing is said of it. AppError `not_found`: nothing is known to stand there, or it is in use. */
export async function forgetWarehouse(session: Session, warehouse: string, reason: string | null): Promise<GcView> {
  const { ctx, place } = session;
  const startedMs = ctx.clock.ticksMs();
  const all = await left(session);
  const found = all.find((one) => one.warehouse === warehouse);
  if (!found) {
    const names = all.map((one) => one.warehouse);
    throw new AppError("not_found", say("flow.not_left", { warehouse }), {
      hint: say("flow.not_left_hint", { names }),
    });
  }
  const { id: projectId, name } = await session.project();
  await retireLeft(
    await session.db(),
    { projectId, warehouse },
    {
      who: await session.actor(),
      what: "warehouse.forgotten",
      subject: `project ${name}`,
      why: reason,
      details: { warehouse, versions: found.count },
    },
  );
  return {
    ...{ outcome: "done", timezone: place.config.timezone, at: ctx.clock.now(), problems: await leftBehind(session) },
    ...{
      environment: null,
      runId: null,
      applied: true,
      remove: [],
      freedBytes: 0,
      atLeast: false,
      releasesCollected: [],
    },
    ...{ keep: { versions: 0, sizeBytes: 0, releases: 0 }, left: [], forgotten: { warehouse, versions: found.count } },
    totalMs: ctx.clock.ticksMs() - startedMs,
  };
}

/** Where a target points now counts, and where an environment was when it was last acted on: it may not have moved yet. */
async function left(session: Session): Promise<LeftVersions[]> {
  const used = new Set<string>();
  for (const environment of session.place.config.environments) {
    used.add((await session.warehouse(environment)).identity);
    const { warehouse } = await session.record(environment);
    if (warehouse !== null) used.add(warehouse);
  }
  return leftVersions(await session.db(), (await session.project()).id, [...used]);
}
