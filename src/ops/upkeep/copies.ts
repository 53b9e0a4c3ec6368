// Evidence that a run owes the warehouse because somebody held the file: copied by the server as soon as it can be.
import { copyOwed, owedCopies } from "../../flow/evidence/evidence-copy.ts";
import { environmentLease, withLease } from "../../flow/session/lease.ts";
import type { Session } from "../../flow/session/session.ts";
import { AppError } from "../../lib/error.ts";

/** Whoever is at an environment now copies what is owed there at the end. */
export async function keepCopies(session: Session): Promise<void> {
  for (const environment of session.place.config.environments) {
    if ((await owedCopies({ session, environment })).length === 0) continue;
    const lease = { name: environmentLease(session, environment), what: `evidence ${environment.name}`, waitMs: 0 };
    const copy = async (signal: AbortSignal) =>
      copyOwed({ session, environment, warehouse: await session.warehouse(environment), signal });
    await withLease(session, lease, (held) => copy(held.signal)).catch((error: unknown) => {
      if (!(error instanceof AppError && error.code === "locked")) throw error;
    });
  }
}
