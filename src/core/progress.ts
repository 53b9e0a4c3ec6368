// What a long command tells while it runs. Emitted by flow/, printed by cli/progress.ts, sent as JSON lines by `--events`.
import type { Text } from "../lib/text.ts";
import type { NodeId } from "./project/relation.ts";
import type { RunKind } from "./records.ts";

/** Phases in the order they come. `check`: doctor, gc, eject and other single steps. */
export type Phase = "ingest" | "plan" | "build" | "verify" | "promote" | "check";

export type ProgressEvent =
  /** `serves`: number of the release consumers see meanwhile, for what a Ctrl-C says. */
  | { kind: "run_started"; runId: number; run: RunKind; environment: string; serves?: number | null }
  /** An interrupted run is being finished or tidied first. */
  | { kind: "run_resumed"; runId: number; run: RunKind; environment: string; phase: string }
  /** `total` 0: not countable. `estimateMs` of the whole phase, only from history. */
  | { kind: "phase_started"; phase: Phase; total: number; estimateMs: number | null }
  /** Done of total where no nodes are named. `what` in promote: `prepare`, `flip`, `settle` (from flip on, Ctrl-C waits). */
  | { kind: "phase_progress"; phase: Phase; done: number; total: number; what: string | null }
  | { kind: "phase_finished"; phase: Phase; ok: boolean; ms: number; summary: Text }
  | { kind: "node_started"; node: NodeId; name: string }
  | {
      kind: "node_finished";
      node: NodeId;
      name: string;
      status: "built" | "reused" | "error" | "skipped";
      ms: number;
      message: string | null;
    }
  | {
      kind: "test_finished";
      test: NodeId;
      name: string;
      status: "pass" | "warn" | "fail" | "error" | "skipped";
      failures: number | null;
      ms: number;
    }
  /** Somebody else is at it: who, and how long we wait at most. */
  | { kind: "waiting"; forWhat: Text; holder: string; maxMs: number }
  | { kind: "waited"; ms: number }
  | { kind: "switched"; environment: string; release: number; switchMs: number }
  /** A sentence for people that belongs to no phase: first-time set-up, what a cancel leaves behind. */
  | { kind: "note"; text: Text };

export type ProgressSink = (event: ProgressEvent) => void;
