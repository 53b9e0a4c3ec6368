// Views of the server and of stopping one run.
import type { RunKind, RunState } from "../records.ts";
import type { ReleaseRef, ViewBase } from "./base.ts";

/** What a server says when it has stopped. */
export interface ServeView extends ViewBase {
  server: string;
  project: string;
  address: string;
  startedAt: Date;
  /** Runs it carried out to their end. */
  runs: number;
  /** Runs it gave back: they wait for the next server. */
  handedOver: number[];
  totalMs: number;
}

export interface RunCancelView extends ViewBase {
  runId: number;
  kind: RunKind;
  job: string | null;
  environment: string;
  /** As it was found, and as it is now. */
  before: RunState;
  state: RunState;
  serves: ReleaseRef | null;
  /** Warehouse statements that were ended for a process that is no more. */
  statementsEnded: number;
}
