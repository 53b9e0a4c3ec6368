// The commands as functions: what the command line asks of flow/ and gets back. Implemented by flow/index.ts (`createFlow`).
import type { DeployView } from "./views/deploy.ts";
import type { ExplainView, PlanView } from "./views/plan.ts";
import type { HistoryView, RollbackView } from "./views/rollback.ts";
import type { ReleasesView, ReleaseView, StatusView } from "./views/status.ts";
import type {
  CancelView,
  DbView,
  DoctorView,
  EjectView,
  GcView,
  InitView,
  ResumeView,
  UnlockView,
} from "./views/upkeep.ts";

/** `environment: null` everywhere: the first one of slipway.yml (status, gc, doctor: all of them). */
export interface Flow {
  init(request: { dir: string | null; yes: boolean }): Promise<InitView>;
  doctor(request: { environment: string | null }): Promise<DoctorView>;
  plan(request: PlanRequest): Promise<PlanView>;
  /** `node`: unique_id, name or published name; unknown: `not_found` with the nearest. */
  explain(request: PlanRequest & { node: string }): Promise<ExplainView>;
  deploy(request: PlanRequest & ActRequest): Promise<DeployView>;
  refresh(
    request: { environment: string | null; select: string | null; fullRefresh: string | null } & ActRequest,
  ): Promise<DeployView>;
  /** `release`: `r42`, `42` or a commit. */
  promote(request: { release: string; to: string } & ActRequest): Promise<DeployView>;
  /** At most one of `to` (a release) and `toRevision`; neither: the one before. */
  rollback(
    request: { environment: string | null; to: string | null; toRevision: number | null } & ActRequest,
  ): Promise<RollbackView>;
  status(request: { environment: string | null }): Promise<StatusView>;
  releases(request: { environment: string | null; limit: number }): Promise<ReleasesView>;
  /** `test`: also read rows that do not pass (name or unique_id). */
  show(request: {
    release: string;
    environment: string | null;
    test: string | null;
    limit: number;
  }): Promise<ReleaseView>;
  history(request: { environment: string | null; limit: number }): Promise<HistoryView>;
  /** `forget`: a warehouse that no environment is in any more; then nothing else is done. */
  gc(request: { environment: string | null; dryRun: boolean; forget?: string } & ActRequest): Promise<GcView>;
  eject(request: { environment: string } & ActRequest): Promise<EjectView>;
  dbCurrent(): Promise<DbView>;
  dbHistory(): Promise<DbView>;
  /** `to`: a revision or `head`. */
  dbUpgrade(request: { to: string }): Promise<DbView>;
  /** `to`: a revision, `-N` or `base`. */
  dbDowngrade(request: { to: string } & ActRequest): Promise<DbView>;
  cancel(request: { environment: string | null } & ActRequest): Promise<CancelView>;
  unlock(request: { environment: string | null } & ActRequest): Promise<UnlockView>;
  resume(request: { environment: string | null } & ActRequest): Promise<ResumeView>;
  /** Always called at the end, whatever happened: closes state, warehouses and processes. */
  close(): Promise<void>;
}

export interface PlanRequest {
  environment: string | null;
  /** Anything `git rev-parse` takes; null: HEAD of the working copy. */
  commit: string | null;
  /** dbt selector; null: everything. */
  select: string | null;
  /** dbt selector of nodes built from nothing although their key exists; null: none. */
  fullRefresh: string | null;
}

export interface ActRequest {
  /** `--plan p7x2`: run exactly that plan or end in `conflict`. */
  planId: string | null;
  reason: string | null;
}
