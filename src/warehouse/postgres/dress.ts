// Brings comments and grants of published names up to date, a few short transactions for all of them.
import type { Dressing } from "../../core/plan/publish.ts";
import type { Relation } from "../../core/project/relation.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { type DdlStep, runDdl } from "./ddl.ts";
import { dressStatements, withRoles } from "./dressing.ts";
import type { Fact } from "./facts.ts";
import { factMap, loadFacts } from "./load-state.ts";
import type { Holder } from "./meta.ts";
import { relationKey } from "./quote.ts";
import type { Room } from "./room.ts";

interface DressedName {
  published: Relation;
  dressing: Dressing;
}

/**
 * Names that do not exist are skipped; what is right already is left alone. Resolves with what stands under the names. Throws AppError
 * `held` when a lock does not come.
 */
export async function dressNames(
  room: Room,
  asked: DressedName[],
  run: { holder: Holder | null; signal: AbortSignal },
): Promise<Map<string, Fact>> {
  const names = await withRoles(room.db, asked);
  const published = names.map((name) => name.published);
  const facts = factMap(await loadFacts(room.db, published));
  const steps = names.flatMap((name): DdlStep[] => {
    const fact = facts.get(relationKey(name.published));
    const sql = fact === undefined ? [] : dressStatements(fact, name.dressing);
    return sql.length === 0 ? [] : [{ on: name.published, sql }];
  });
  const blocked = await runDdl(room, { steps, ...run, deadlineMs: room.lockDeadlineMs });
  if (blocked === null) return facts;
  throw new AppError("held", say("postgres.drop_held", { who: blocked }), { hint: say("postgres.held_hint", {}) });
}
