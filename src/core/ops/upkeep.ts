// Commands of upkeep.
import type { ActRequest } from "../flow.ts";
import type { UpkeepPeriod } from "../upkeep.ts";
import type { UpkeepRunView, UpkeepView } from "../views/upkeep-tasks.ts";

export interface UpkeepOps {
  upkeepShow(): Promise<UpkeepView>;
  /** Does it now. AppError `locked` while it is under way elsewhere. */
  upkeepRun(request: { period: UpkeepPeriod } & ActRequest): Promise<UpkeepRunView>;
}
