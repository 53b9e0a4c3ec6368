// Replicas that do not show what is live (a crash at the switch, a full disk): written again by the server, and told while they stay behind.
import type { EnvironmentConfig } from "../../core/config/config.ts";
import { type Condition, EMPTY_BODY } from "../../core/notices/alert.ts";
import { listAudit } from "../../db/audit.ts";
import { actOn } from "../../flow/act/act.ts";
import { isReplicaBehind } from "../../flow/act/replica.ts";
import type { Session } from "../../flow/session/session.ts";
import { AppError, type Problem } from "../../lib/error.ts";
import { REPLICA_RETRY_MS } from "../limits.ts";
import { raiseAlert, settleAlert } from "../notices/alerts.ts";

/** Audit rows of an environment that are looked through for the last failure. */
const ROWS_MAX = 20;

export async function keepReplicas(session: Session): Promise<void> {
  for (const environment of session.place.config.environments) {
    if (environment.replica === null) continue;
    if (!(await isReplicaBehind(session, environment))) await settleAlert(session, cause(environment));
    else if (!(await failedLately(session, environment))) await writeAgain(session, environment);
  }
}

const cause = ({ name }: EnvironmentConfig): string => `replica/${name}`;

/** The end of any act writes it. Whoever is at the environment now will do so as well. */
async function writeAgain(session: Session, environment: EnvironmentConfig): Promise<void> {
  const nothing = async () => ({ problems: [] as Problem[] });
  try {
    const { problems } = await actOn(session, environment, { kind: "refresh", reason: "replica" }, nothing);
    const [problem] = problems;
    if (problem) await raiseAlert(session, condition(environment, problem));
  } catch (error) {
    if (!(error instanceof AppError && error.code === "locked")) throw error;
  }
}

/** A disk that is full is full for longer than a minute. */
async function failedLately(session: Session, { name }: EnvironmentConfig): Promise<boolean> {
  const rows = await listAudit(await session.db(), { subject: `environment ${name}`, limit: ROWS_MAX });
  const last = rows.find((row) => row.what.startsWith("environment.replica"));
  const ageMs = last ? session.ctx.clock.now().getTime() - last.at.getTime() : Number.POSITIVE_INFINITY;
  return last?.what === "environment.replica_failed" && ageMs < REPLICA_RETRY_MS;
}

function condition(environment: EnvironmentConfig, problem: Problem): Condition {
  return {
    cause: cause(environment),
    kind: "upkeep",
    severity: "warning",
    environment: environment.name,
    job: null,
    owners: [],
    tags: [],
    body: { ...EMPTY_BODY, detail: problem.message, commands: [`slipway refresh ${environment.name}`] },
  };
}
