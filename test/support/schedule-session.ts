// The surroundings of a scheduler without a project around them: a state, a clock, the jobs of a slipway.yml.
import { parseConfig } from "../../src/core/config/config.ts";
import type { Db } from "../../src/db/db.ts";
import type { Session } from "../../src/flow/session/session.ts";
import { bareSession } from "./session.ts";

export interface ScheduleWorld {
  session: Session;
  /** Another slipway.yml, as a server takes it in. */
  change(jobs: string): void;
}

const textOf = (jobs: string) =>
  `version: 1\ntimezone: Asia/Tokyo\nenvironments: { prod: { target: prod, branch: main } }\njobs:\n${jobs}`;

/** A server's session, freshly started. `root`: where calendars are found; `more`: what stands in for a warehouse. */
export function scheduleWorld(
  db: Db,
  name: string,
  { jobs, ...rest }: { jobs: string; root?: string; more?: object },
): ScheduleWorld {
  const session = bareSession(db, { name, config: textOf(jobs), ...rest });
  const change = (other: string) => {
    session.place.config = parseConfig(textOf(other), "slipway.yml").config;
  };
  return { session, change };
}
