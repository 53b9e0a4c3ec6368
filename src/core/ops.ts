// The commands beside the release as functions: what the command line asks of ops/ and gets back. Implemented by ops/index.ts.
import type { Flow } from "./flow.ts";
import type { DbtOps } from "./ops/dbt.ts";
import type { JobOps } from "./ops/jobs.ts";
import type { NoticeOps } from "./ops/notices.ts";
import type { RunOps } from "./ops/runs.ts";
import type { SecretOps } from "./ops/secrets.ts";
import type { ServeOps } from "./ops/serve.ts";
import type { UpkeepOps } from "./ops/upkeep.ts";

/** Jobs, runs, notices, secrets, the server. */
export type Ops = JobOps & DbtOps & NoticeOps & RunOps & SecretOps & ServeOps & UpkeepOps;

/** Everything that can be typed. */
export type Commands = Flow & Ops;
