// The surroundings of a scheduler without a project around them: a state, a clock, the jobs of a slipway.yml.
import { parseConfig } from "../../src/core/config.ts";
import type { Db } from "../../src/db/db.ts";
import { ensureEnvironment, ensureProject } from "../../src/db/projects.ts";
import type { Session } from "../../src/flow/session.ts";

export interface ScheduleWorld {
  session: Session;
  /** Another slipway.yml, as a server takes it in. */
  change(jobs: string): void;
}

const configOf = (jobs: string) =>
  parseConfig(
    `version: 1\ntimezone: Asia/Tokyo\nenvironments: { prod: { target: prod, branch: main } }\njobs:\n${jobs}`,
    "slipway.yml",
  ).config;

/** A server's session, freshly started. `root`: where calendars are found. */
export function scheduleWorld(
  db: Db,
  name: string,
  { jobs, root = "/nowhere" }: { jobs: string; root?: string },
): ScheduleWorld {
  const place = { root, config: configOf(jobs), name, home: root };
  const project = () => ensureProject(db, name);
  const session = {
    ctx: { clock: db.clock, signal: new AbortController().signal },
    place,
    db: async () => db,
    project,
    actor: async () => "server test",
    environment: (wanted: string) => place.config.environments.find((one) => one.name === wanted),
    record: async ({ name: environment, target }: { name: string; target: string }) =>
      ensureEnvironment(db, (await project()).id, { name: environment, target }),
  } as unknown as Session;
  const change = (other: string) => {
    place.config = configOf(other);
  };
  return { session, change };
}
