// `upkeep:` of slipway.yml: when the server looks after itself, and how much it keeps. Ready to use without a line.
import { z } from "zod";
import type { Problem } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { durationMs } from "../duration.ts";
import { cronMistake } from "../schedule/cron.ts";
import { UPKEEP_PERIODS, UPKEEP_TASKS, type UpkeepPeriod, type UpkeepRules, type UpkeepTaskName } from "../upkeep.ts";
import { duration, size, sizeBytes, strict } from "./fields.ts";
import { problem, type Source } from "./source.ts";

const period = (cron: string) =>
  z
    .union([
      z.literal(false),
      z.string().min(1),
      strict({ cron: z.string().min(1), tasks: z.array(z.enum(UPKEEP_TASKS)).min(1) }),
    ])
    .default(cron);

const when = "a cron expression, `off`, or `{ cron: .., tasks: [..] }`";

export const upkeep = strict({
  daily: period("30 3 * * *").describe(`${when}; logs, clean, gc, disk`),
  weekly: period("0 4 * * sun").describe(`${when}; optimize`),
  monthly: period("30 4 1 * *").describe(`${when}; compact`),
  keep_runs: duration.default("30d").describe("folders of older runs (logs, artifacts) go"),
  keep_artifacts: duration.default("7d").describe("dbt's files of older runs go, their logs stay"),
  max_size: size.default("5 GB").describe("above it the folders of the oldest runs go first"),
  warn_below: size.default("5 GB").describe("a warning when less of a disk is free"),
});

type UpkeepFile = z.output<typeof upkeep>;

/** What is done when nothing is said about it. */
const TASKS: Record<UpkeepPeriod, UpkeepTaskName[]> = {
  daily: ["logs", "clean", "gc", "disk"],
  weekly: ["optimize"],
  monthly: ["compact"],
};

export function completeUpkeep(file: UpkeepFile): UpkeepRules {
  const periods = Object.fromEntries(UPKEEP_PERIODS.map((name) => [name, completePeriod(name, file[name])]));
  return {
    periods: periods as UpkeepRules["periods"],
    keepRunsMs: durationMs(file.keep_runs)!,
    keepArtifactsMs: durationMs(file.keep_artifacts)!,
    maxSizeBytes: sizeBytes(file.max_size)!,
    warnBelowBytes: sizeBytes(file.warn_below)!,
  };
}

function completePeriod(name: UpkeepPeriod, value: UpkeepFile[UpkeepPeriod]): UpkeepRules["periods"][UpkeepPeriod] {
  if (value === false || value === "off") return null;
  return typeof value === "string" ? { cron: value, tasks: TASKS[name] } : value;
}

/** Cron expressions that mean nothing. */
export function upkeepRules(file: { upkeep: UpkeepFile }, source: Source): Problem[] {
  return UPKEEP_PERIODS.flatMap((name) => {
    const plan = completePeriod(name, file.upkeep[name]);
    const mistake = plan && cronMistake(plan.cron);
    const where = source.where(["upkeep", name]);
    return mistake ? [problem("bad_cron", say("upkeep.bad_cron", { period: name, mistake }), where)] : [];
  });
}
