// `slipway upkeep show|run [period]`
import { UPKEEP_PERIODS, type UpkeepPeriod } from "../../core/upkeep.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import type { Program } from "../program.ts";
import type { Runner } from "../runner.ts";
import { actRequest } from "./options.ts";

export function addUpkeep(program: Program, run: Runner): void {
  const upkeep = program.sub("upkeep", "upkeep.help");
  const show = upkeep.sub("show", "upkeep.help_show");
  const shown = async () => (await import("../render/upkeep-tasks.ts")).renderUpkeep;
  show.action(() => run(show, { schema: "upkeep/1", act: (ops) => ops.upkeepShow(), screen: shown }));
  const now = upkeep.sub("run", "upkeep.help_run").takes("[period]", "upkeep.arg_period");
  const done = async () => (await import("../render/upkeep-tasks.ts")).renderUpkeepRun;
  now.examples([["slipway upkeep run monthly", "upkeep.ex_run"]]).action((period: string | undefined) =>
    run(now, {
      schema: "upkeep-run/1",
      act: (ops) => ops.upkeepRun({ period: periodOf(period ?? "daily"), ...actRequest(now) }),
      screen: done,
    }),
  );
}

function periodOf(word: string): UpkeepPeriod {
  const found = UPKEEP_PERIODS.find((period) => period === word);
  if (found) return found;
  throw new AppError("invalid", say("upkeep.bad_period", { period: word }));
}
