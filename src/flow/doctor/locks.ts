// Who works on what now, and what a dead process left behind.
import type { EnvironmentConfig } from "../../core/config/config.ts";
import type { DoctorCheck } from "../../core/views/upkeep.ts";
import { loadLeases } from "../../db/leases.ts";
import { findEnvironment } from "../../db/projects.ts";
import { say } from "../../text/catalogue.ts";
import { fullTime } from "../../text/format.ts";
import { openWork } from "../look/status.ts";
import { holderText, isGone } from "../session/lease.ts";
import type { Session } from "../session/session.ts";
import { ok, warning } from "./check.ts";

export async function lockChecks(session: Session, environments: readonly EnvironmentConfig[]): Promise<DoctorCheck[]> {
  const checks = [...(await leaseChecks(session)), ...(await runChecks(session, environments))];
  return checks.length > 0 ? checks : [ok("locks", say("doctor.no_locks"))];
}

async function leaseChecks(session: Session): Promise<DoctorCheck[]> {
  const { clock, host } = session.ctx;
  const checks: DoctorCheck[] = [];
  for (const lease of await loadLeases(await session.db())) {
    const environment = environmentIn(lease.name, session.place.name);
    if (environment === null) continue;
    const stale = lease.expiresAt <= clock.now() || (await isGone(lease, host));
    const facts = { holder: holderText(lease), since: fullTime(lease.acquiredAt, session.place.config.timezone) };
    const remedy = say("doctor.stale_lease_remedy", { environment });
    checks.push(
      stale ? warning("locks", say("doctor.stale_lease", facts), remedy) : ok("locks", say("doctor.lease", facts)),
    );
  }
  return checks;
}

/** `environment:shop/prod` -> `prod`; "" for what several share; null for another project's. */
function environmentIn(lease: string, project: string): string | null {
  const rest = lease.slice(lease.indexOf(":") + 1);
  if (rest.startsWith(`${project}/`)) return rest.slice(project.length + 1);
  return rest.startsWith(`${project}@`) ? "" : null;
}

async function runChecks(session: Session, environments: readonly EnvironmentConfig[]): Promise<DoctorCheck[]> {
  const db = await session.db();
  const checks: DoctorCheck[] = [];
  for (const environment of environments) {
    const record = await findEnvironment(db, (await session.project()).id, environment.name);
    const { interrupted } = record ? await openWork(session, environment, record) : { interrupted: null };
    if (!interrupted) continue;
    const { runId, kind, phase } = interrupted;
    const remedy = say("doctor.unfinished_remedy", { environment: environment.name });
    checks.push(
      warning("runs", say("doctor.unfinished", { environment: environment.name, run: runId, kind, phase }), remedy),
    );
  }
  return checks;
}
