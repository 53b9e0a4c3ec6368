// All commands, in the order of `--help`.
import type { Program } from "../program.ts";
import type { Runner } from "../runner.ts";
import { addAck, addAlerts } from "./alerts.ts";
import { addCancel } from "./cancel.ts";
import { addDb } from "./db.ts";
import { addDbt } from "./dbt.ts";
import { addDeploy } from "./deploy.ts";
import { addDoctor } from "./doctor.ts";
import { addEject } from "./eject.ts";
import { addGc } from "./gc.ts";
import { addInit } from "./init.ts";
import { addJob } from "./job.ts";
import { addLogs } from "./logs.ts";
import { addNotify } from "./notify.ts";
import { addPlan } from "./plan.ts";
import { addPromote } from "./promote.ts";
import { addRefresh } from "./refresh.ts";
import { addReleases } from "./releases.ts";
import { addResume } from "./resume.ts";
import { addRollback } from "./rollback.ts";
import { addRollout } from "./rollout.ts";
import { addRun } from "./run.ts";
import { addRuns } from "./runs.ts";
import { addSecret } from "./secret.ts";
import { addServe } from "./serve.ts";
import { addShow } from "./show.ts";
import { addSilence } from "./silence.ts";
import { addSql } from "./sql.ts";
import { addStatus } from "./status.ts";
import { addUnlock } from "./unlock.ts";
import { addUpkeep } from "./upkeep.ts";

const COMMANDS: ((program: Program, run: Runner) => void)[] = [
  addInit,
  addDoctor,
  addPlan,
  addDeploy,
  addRefresh,
  addDbt,
  addPromote,
  addRollback,
  addStatus,
  addReleases,
  addShow,
  addRollout,
  addAlerts,
  addAck,
  addSilence,
  addNotify,
  addGc,
  addRuns,
  addRun,
  addLogs,
  addSql,
  addJob,
  addServe,
  addCancel,
  addUnlock,
  addResume,
  addSecret,
  addUpkeep,
  addEject,
  addDb,
];

export function addCommands(program: Program, run: Runner): void {
  for (const add of COMMANDS) add(program, run);
}
