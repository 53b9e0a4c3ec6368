// What is known of a run while it goes on, from its events. Pure; shared by the rewritten line and the log.
import type { Phase, ProgressEvent } from "../core/progress.ts";

export interface ProgressState {
  phase: Phase | null;
  startedMs: number;
  done: number;
  total: number;
  estimateMs: number | null;
  /** Names of what is going on now, with the tick it began at; oldest first. */
  current: Map<string, { name: string; sinceMs: number }>;
  waiting: Extract<ProgressEvent, { kind: "waiting" }> | null;
}

export const idle = (): ProgressState => ({
  phase: null,
  startedMs: 0,
  done: 0,
  total: 0,
  estimateMs: null,
  current: new Map(),
  waiting: null,
});

/** Changes `state` by one event that came at `nowMs`. */
export function follow(state: ProgressState, event: ProgressEvent, nowMs: number): void {
  switch (event.kind) {
    case "phase_started":
      Object.assign(state, idle(), {
        phase: event.phase,
        startedMs: nowMs,
        total: event.total,
        estimateMs: event.estimateMs,
      });
      return;
    case "phase_progress":
      state.phase ??= event.phase;
      state.done = event.done;
      state.total = event.total;
      if (event.what) state.current = new Map([["", { name: event.what, sinceMs: nowMs }]]);
      return;
    case "phase_finished":
      Object.assign(state, idle());
      return;
    case "node_started":
      state.current.set(event.node, { name: event.name, sinceMs: nowMs });
      return;
    case "node_finished":
      state.current.delete(event.node);
      if (state.phase === "build") state.done++;
      return;
    case "test_finished":
      state.current.delete(event.test);
      if (state.phase === "verify") state.done++;
      return;
    case "waiting":
      state.waiting = event;
      if (state.phase === null) state.startedMs = nowMs;
      return;
    case "waited":
      state.waiting = null;
      return;
    case "run_started":
    case "run_resumed":
    case "switched":
    case "note":
      return;
  }
}
