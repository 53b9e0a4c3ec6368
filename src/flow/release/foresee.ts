// What would stop a promotion, found while there is only a plan: `plan` shows it, `deploy` stops before it builds anything.
import type { EnvironmentConfig } from "../../core/config/config.ts";
import type { Promotion } from "../../core/plan/publish.ts";
import { relationText } from "../../core/project/relation.ts";
import { listEnvironments } from "../../db/projects.ts";
import { AppError, type Problem } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { type Act, NO_ROW } from "../act/act.ts";
import { promotionOf } from "../act/promote.ts";
import type { Draft } from "../plan/draft.ts";
import { releaseIn } from "../session/live.ts";
import type { Session } from "../session/session.ts";

/** Versions that the build has yet to make are no problem now. */
const NOT_BUILT_YET = /(missing_version|next_missing)$/;

/** Problems of the project and of the warehouse, errors and warnings. Changes nothing. Columns of what is not built yet are unknown. */
export async function foreseenProblems(
  session: Session,
  environment: EnvironmentConfig,
  draft: Draft,
): Promise<Problem[]> {
  if (draft.problems.some((problem) => problem.severity === "error")) return draft.problems;
  const row = draft.row ?? NO_ROW;
  const promotion = await promotionOf({
    session,
    environment,
    plan: draft.plan,
    row,
    fence: row.fence + 1,
    release: { number: (draft.live?.release.number ?? 0) + 1 },
  });
  if (promotion.publish.length + promotion.unpublish.length === 0) return draft.problems;
  const taken = await namesOfOthers(session, draft, promotion);
  if (taken.length > 0) return [...draft.problems, ...taken];
  const found = await draft.warehouse.checkPromotion(promotion);
  return [...draft.problems, ...found.filter((problem) => !NOT_BUILT_YET.test(problem.code))];
}

/** What would stop the promotion is found before anything is built; versions that are not built yet are no problem now. */
export async function stopOnPlanProblems(act: Pick<Act, "session" | "environment">, draft: Draft): Promise<void> {
  const { session, environment } = act;
  const problems = (await foreseenProblems(session, environment, draft)).filter(({ severity }) => severity === "error");
  if (problems.length === 0) return;
  throw new AppError("problems_found", say("plan.stopped", { environment: environment.name, count: problems.length }), {
    problems,
    hint: say("plan.stopped_hint"),
    facts: [{ label: "done", text: say("flow.nothing_published", { environment: environment.name }) }],
  });
}

/** Two targets with one schema: the second environment would take over what consumers of the first read. */
async function namesOfOthers(session: Session, draft: Draft, promotion: Promotion): Promise<Problem[]> {
  const fresh = promotion.publish.filter((name) => name.previous === null);
  if (fresh.length === 0) return [];
  const others = (await listEnvironments(await session.db(), draft.record.projectId)).filter(
    (one) => one.id !== draft.record.id && one.warehouse === draft.warehouse.identity && one.liveReleaseId !== null,
  );
  const taken = new Map<string, string>();
  for (const other of others)
    for (const node of (await releaseIn(session, other.liveReleaseId!, other.id)).nodes)
      taken.set(relationText(node.published).toLowerCase(), other.name);
  return fresh.flatMap(({ node, published }) => {
    const name = relationText(published);
    const environment = taken.get(name.toLowerCase());
    if (environment === undefined) return [];
    const message = say("plan.published_elsewhere", { name, environment });
    return [
      {
        code: "published_elsewhere",
        severity: "error" as const,
        node,
        message,
        hint: say("plan.published_elsewhere_hint"),
      },
    ];
  });
}
