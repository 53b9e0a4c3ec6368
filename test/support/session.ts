// A session over a state, without a project's files and a warehouse: what schedulers, upkeep, rescue and secrets need of one.
import { parseConfig } from "../../src/core/config/config.ts";
import type { Ctx } from "../../src/core/ctx.ts";
import type { Db } from "../../src/db/db.ts";
import { ensureEnvironment, ensureProject } from "../../src/db/projects.ts";
import type { Session } from "../../src/flow/session/session.ts";

export interface BareWish {
  /** Of the project. */
  name: string;
  /** slipway.yml. */
  config: string;
  /** Folder of the project and of `.slipway`; nothing is read there unless the test puts it there. */
  root?: string;
  ctx?: Partial<Ctx>;
  /** What stands in for the rest, a warehouse for instance. */
  more?: object;
}

export function bareSession(db: Db, { name, config, root = "/nowhere", ctx = {}, more = {} }: BareWish): Session {
  const place = { root, home: root, name, config: parseConfig(config, "slipway.yml").config };
  const project = () => ensureProject(db, name);
  const signal = new AbortController().signal;
  const person = { clock: db.clock, env: {}, user: "aoi", host: "here", pid: process.pid, signal, progress: () => {} };
  return {
    ctx: { ...person, ...ctx },
    place,
    db: async () => db,
    project,
    actor: async () => "server",
    environment: (wanted: string) => place.config.environments.find((one) => one.name === wanted),
    record: async ({ name: environment, target }: { name: string; target: string }) =>
      ensureEnvironment(db, (await project()).id, { name: environment, target }),
    ...more,
  } as unknown as Session;
}
