// What a failed test leaves to publish, where the environment's rule says so: the draft cut down to it, and the record of it.
import { REASON_NAMES_MAX } from "../core/limits.ts";
import type { Evidence } from "../core/records.ts";
import { shortName } from "../core/store-name.ts";
import { unaffectedPlan } from "../core/unaffected.ts";
import type { Text } from "../lib/text.ts";
import { say } from "../text/catalogue.ts";
import type { Act } from "./act.ts";
import type { Draft } from "./draft.ts";
import type { Verified } from "./verify.ts";

export interface UnaffectedPart {
  draft: Draft;
  evidence: Evidence;
  override: Text;
}

/** Null where the rule is another one, or where nothing is unaffected: then all is held. */
export function unaffectedPart(act: Act, draft: Draft, { evidence }: Verified): UnaffectedPart | null {
  const { environment } = act;
  if (environment.onTestFailure !== "publish_unaffected") return null;
  const part = unaffectedPlan(draft.input, evidence, draft.ingested.manifest);
  if (part === null) return null;
  const tokens = { ...part.plan.tokens };
  for (const id of part.held) {
    const before = draft.live?.tokens[id];
    if (before) tokens[id] = before;
    else delete tokens[id];
  }
  const sameCommit = draft.live?.release.commit === draft.ingested.commit.sha;
  const override = say("flow.published_unaffected", {
    environment: environment.name,
    published: part.published,
    held: part.held.length,
    names: part.held.slice(0, REASON_NAMES_MAX).map(shortName),
    failed: evidence.tests.filter(({ status }) => status === "fail" || status === "error").length,
  });
  return {
    draft: {
      ...draft,
      plan: { ...part.plan, tokens },
      // A commit of which some nodes are held is nothing to hand on.
      whole: draft.whole && sameCommit && draft.live!.release.whole,
    },
    evidence: { ...evidence, held: part.held },
    override,
  };
}
