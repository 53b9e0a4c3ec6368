// The steps of a job's run while it goes: recorded as they begin and end, with what each came to.
import { rm } from "node:fs/promises";
import { stepFinished, stepStarted } from "../../core/evidence/run-log.ts";
import type { JobRequest, JobStepState } from "../../core/jobs/jobs.ts";
import type { Run } from "../../core/records.ts";
import { endStep, planSteps, startStep } from "../../db/job-steps.ts";
import { AppError } from "../../lib/error.ts";
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import { stepFolder } from "../evidence/artifacts.ts";
import { cancelled } from "../session/lease.ts";
import type { Session } from "../session/session.ts";

const READY_STEP = "clone, profile, deps";
const FRESHNESS_STEP = "dbt source freshness";
const PUBLISH_STEP = "publish";

/** `check: true`: it was not among the commands, and its failure stops nothing. */
export interface PlannedCommand {
  text: string;
  position: number;
  check: boolean;
}

/** The commands with their places among the steps. */
export function plannedCommands(request: Pick<JobRequest, "steps" | "sourceFreshness">, texts: string[]) {
  const check = request.sourceFreshness ? [{ text: FRESHNESS_STEP, check: true }] : [];
  return [...check, ...texts.map((text) => ({ text, check: false }))].map(
    (one, index): PlannedCommand => ({ ...one, position: index + 2 }),
  );
}

export interface Steps {
  start(position: number): Promise<void>;
  end(position: number, state: Exclude<JobStepState, "queued" | "running">, summary: Text | null): Promise<void>;
  /** Starts, works and ends; what the work throws is the step's end and goes on. */
  during<T>(position: number, work: () => Promise<{ value: T; summary: Text | null }>): Promise<T>;
}

export async function openSteps(session: Session, run: Run, commands: PlannedCommand[]): Promise<Steps> {
  const db = await session.db();
  const names = [READY_STEP, ...commands.map(({ text }) => text), PUBLISH_STEP];
  await planSteps(db, run.id, names);
  // An earlier attempt under this number may have left some.
  for (const { position } of commands)
    await rm(stepFolder(session, run.id, position), { recursive: true, force: true });
  const { log, ctx } = session;
  const began = new Map<number, number>();
  const start = async (position: number) => {
    log.step(position);
    log.write(stepStarted(names[position - 1]!));
    began.set(position, ctx.clock.ticksMs());
    await startStep(db, run.id, position);
  };
  const end: Steps["end"] = async (position, state, summary) => {
    await endStep(db, { runId: run.id, position, state, summary });
    const since = began.get(position);
    const ms = since === undefined ? null : ctx.clock.ticksMs() - since;
    log.step(position);
    log.write(stepFinished(names[position - 1]!, { state, summary, ms }));
    log.step(null);
  };
  const during: Steps["during"] = async (position, work) => {
    await start(position);
    try {
      const { value, summary } = await work();
      await end(position, "succeeded", summary);
      return value;
    } catch (error) {
      await end(position, isCancel(error) ? "cancelled" : "failed", wordsOf(error)).catch(() => undefined);
      throw error;
    }
  };
  return { start, end, during };
}

const isCancel = (error: unknown): boolean => error instanceof AppError && error.code === cancelled().code;

const wordsOf = (error: unknown): Text =>
  error instanceof AppError ? error.text : say("flow.internal", { message: String(error) });
