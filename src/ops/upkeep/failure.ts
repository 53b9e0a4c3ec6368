// An alert where upkeep fails again and again: once may be a warehouse that was busy, and the next time mends it.
import { type Condition, EMPTY_BODY } from "../../core/notices/alert.ts";
import type { UpkeepPeriod, UpkeepTask } from "../../core/upkeep.ts";
import type { Session } from "../../flow/session/session.ts";
import { say } from "../../text/catalogue.ts";
import { raiseAlert, settleAlert } from "../notices/alerts.ts";

interface Ended {
  state: "done" | "failed";
  tasks: readonly UpkeepTask[];
  /** The time before failed, too. */
  again: boolean;
}

/** Opens an alert at the second failure in a row, and closes it with the next time that everything was done. */
export async function tellFailure(
  session: Session,
  period: UpkeepPeriod,
  { state, tasks, again }: Ended,
): Promise<void> {
  const cause = `upkeep/${period}`;
  if (state === "done") await settleAlert(session, cause);
  else if (again) await raiseAlert(session, condition(cause, period, tasks));
}

function condition(cause: string, period: UpkeepPeriod, tasks: readonly UpkeepTask[]): Condition {
  const failed = tasks.filter((task) => !task.ok);
  const task = failed.map((one) => one.task).join(", ");
  const detail = say("upkeep.failed_again", { period, task, why: failed[0]?.notes.at(-1) ?? "" });
  return {
    cause,
    kind: "upkeep",
    severity: "warning",
    environment: null,
    job: null,
    owners: [],
    tags: [],
    body: {
      ...EMPTY_BODY,
      detail,
      names: failed.map((one) => one.task),
      commands: ["slipway upkeep show", `slipway upkeep run ${period}`],
    },
  };
}
