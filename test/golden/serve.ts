// Samples of the server's screens.
import type { RunCancelView, ServeView } from "../../src/core/views/serve.ts";
import { at, base, minutesAgo, release } from "./base.ts";

export const served: ServeView = {
  ...base,
  server: "x7k2m4qa",
  project: "shop",
  address: "127.0.0.1:8600",
  startedAt: minutesAgo(195),
  runs: 12,
  handedOver: [412, 413],
  totalMs: at.getTime() - minutesAgo(195).getTime(),
};

export const runCancel: RunCancelView = {
  ...base,
  runId: 415,
  kind: "job",
  job: "daily",
  environment: "prod",
  before: "running",
  state: "cancelled",
  serves: release(41),
  statementsEnded: 0,
};
