// Retention: shows, then drops versions that no kept release of any environment in this warehouse needs. Never what is pointed at.
import type { EnvironmentConfig } from "../../core/config/config.ts";
import type { ActRequest } from "../../core/flow.ts";
import { relationText } from "../../core/project/relation.ts";
import { shortName } from "../../core/project/store-name.ts";
import type { GcItem, GcView } from "../../core/views/upkeep.ts";
import { markCollected } from "../../db/endings.ts";
import { retireVersions } from "../../db/versions.ts";
import { say } from "../../text/catalogue.ts";
import { type Act, actOn, withRun } from "../act/act.ts";
import { fault } from "../session/fault.ts";
import { environmentLease, storeLease, withLease } from "../session/lease.ts";
import type { Session } from "../session/session.ts";
import { findGarbage, type Garbage, sharing } from "./garbage.ts";
import { forgetWarehouse, leftBehind } from "./left-behind.ts";

type GcRequest = { environment: string | null; dryRun: boolean; forget?: string } & ActRequest;

/** Without an answer (or with `dryRun`) it only shows. No environment named: every warehouse of the project, one after the other. */
export async function gc(session: Session, request: GcRequest): Promise<GcView> {
  if (request.forget !== undefined) return forgetWarehouse(session, request.forget, request.reason);
  if (request.environment !== null) return gcOne(session, session.environment(request.environment), request);
  const views: GcView[] = [];
  const seen = new Set<string>();
  for (const environment of session.place.config.environments) {
    const { identity } = await session.warehouse(environment);
    if (!seen.has(identity)) views.push(await gcOne(session, environment, request));
    seen.add(identity);
  }
  const view = views.reduce(joinViews);
  return { ...view, problems: [...view.problems, ...(await leftBehind(session))] };
}

/** What several warehouses came to, as one screen. */
function joinViews(a: GcView, b: GcView): GcView {
  return {
    ...a,
    outcome: a.outcome === "nothing_to_do" ? b.outcome : a.outcome,
    runId: a.runId ?? b.runId,
    applied: a.applied || b.applied,
    remove: [...a.remove, ...b.remove],
    freedBytes: a.freedBytes + b.freedBytes,
    atLeast: a.atLeast || b.atLeast,
    releasesCollected: [...new Set([...a.releasesCollected, ...b.releasesCollected])].sort((x, y) => x - y),
    keep: {
      versions: a.keep.versions + b.keep.versions,
      sizeBytes: a.keep.sizeBytes + b.keep.sizeBytes,
      releases: a.keep.releases + b.keep.releases,
    },
    left: [...a.left, ...b.left],
    totalMs: a.totalMs + b.totalMs,
  };
}

async function gcOne(session: Session, environment: EnvironmentConfig, request: GcRequest): Promise<GcView> {
  return actOn(session, environment, { kind: "gc", reason: request.reason }, (act) =>
    withSiblings(act, async () => {
      const garbage = await findGarbage(act);
      const view = gcView(act, request.environment, garbage);
      if (request.dryRun || garbage.items.length === 0) return view;
      await session.ctx.approve({
        kind: "gc",
        view,
        ask: environment.confirm,
        irreversible: false,
        environment: environment.name,
      });
      return sweep(act, garbage, view);
    }),
  );
}

/** Nobody builds in this store or promotes from it meanwhile. */
export async function withSiblings<T>(act: Act, work: () => Promise<T>): Promise<T> {
  const siblings = (await sharing(act))
    .filter((one) => one.id !== act.record.id)
    .map((one) => one.name)
    .sort();
  const wishes = siblings.flatMap((name) => {
    const config = act.session.place.config.environments.find((one) => one.name === name);
    return config
      ? [
          {
            name: environmentLease(act.session, config as EnvironmentConfig),
            what: `gc ${act.environment.name}`,
            waitMs: 0,
          },
        ]
      : [];
  });
  wishes.push({ name: storeLease(act.session, act.warehouse.identity), what: `gc ${act.environment.name}`, waitMs: 0 });
  return wishes.reduceRight<() => Promise<T>>((next, wish) => () => withLease(act.session, wish, next), work)();
}

function gcView(act: Act, environment: string | null, garbage: Garbage): GcView {
  const remove: GcItem[] = garbage.items.map(({ relation, node, key, sizeBytes, why }) => ({
    relation: relationText(relation),
    node: shortName(node),
    key,
    sizeBytes,
    why,
  }));
  return {
    outcome: remove.length === 0 ? "nothing_to_do" : "done",
    timezone: act.session.place.config.timezone,
    at: act.session.ctx.clock.now(),
    problems: [],
    environment,
    runId: null,
    applied: false,
    remove,
    freedBytes: remove.reduce((sum, one) => sum + (one.sizeBytes ?? 0), 0),
    atLeast: remove.some((one) => one.sizeBytes === null),
    releasesCollected: [...new Set(garbage.collected.map((one) => one.number))].sort((a, b) => a - b),
    keep: garbage.keep,
    left: [],
    totalMs: act.session.ctx.clock.ticksMs() - act.startedMs,
  };
}

/** Retires first (nothing can choose them any more), then drops: a crash between leaves only rubbish, which the next gc finds. */
async function sweep(act: Act, garbage: Garbage, view: GcView): Promise<GcView> {
  const db = await act.session.db();
  return withRun(act, null, async (run) => {
    const audit = {
      who: run.actor,
      what: "versions.retired",
      subject: `run ${run.id}`,
      why: act.reason,
      details: { count: garbage.items.length },
    };
    for (const one of garbage.collected)
      await markCollected(db, one.releaseId, one.environmentId, {
        ...audit,
        what: "release.collected",
        subject: `release r${one.number}`,
      });
    const ids = garbage.items.flatMap((item) => (item.version ? [item.version.id] : []));
    if (ids.length > 0) await retireVersions(db, ids, audit);
    await fault(act.session.ctx, "gc:middle");
    const relations = garbage.items.map((item) => item.relation);
    const unique = [...new Map(relations.map((relation) => [relationText(relation), relation])).values()];
    await act.warehouse.dropRelations(unique);
    const left = (await act.warehouse.inspect(unique)).map((fact) => ({
      relation: relationText(fact.relation),
      why: say("flow.gc_kept"),
    }));
    const outcome = say("flow.collected_now", { count: garbage.items.length });
    const value = {
      ...view,
      applied: true,
      runId: run.id,
      left,
      totalMs: act.session.ctx.clock.ticksMs() - act.startedMs,
    };
    return { state: "succeeded", outcome, value };
  });
}
