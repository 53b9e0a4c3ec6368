// Follows slipway.yml while a server runs: a good change is in force at once, a broken one leaves the last good one there.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { CONFIG_FILE } from "../core/config.ts";
import { openProject } from "../flow/project.ts";
import type { Session } from "../flow/session.ts";
import { say } from "../text/catalogue.ts";
import type { ServerLog } from "./server-log.ts";

export interface ConfigWatch {
  /** Looks whether the file has changed. */
  look(): Promise<void>;
  broken(): boolean;
}

export async function watchConfig(session: Session, log: ServerLog): Promise<ConfigWatch> {
  const { ctx, place } = session;
  let seen = await markOf(place.root);
  let broken = false;
  const look = async () => {
    const mark = await markOf(place.root);
    if (mark === seen) return;
    seen = mark;
    try {
      const next = await openProject({ ...ctx, projectDir: place.root });
      broken = false;
      place.config = next.config;
      if (next.name !== place.name) log.warn(say("serve.project_renamed", { now: next.name, served: place.name }));
      log.info(say("serve.config_changed"));
    } catch (error) {
      broken = true;
      log.error(say("serve.config_broken"), error);
    }
  };
  return { look, broken: () => broken };
}

/** Changes with every way of writing the file; the same while it is away. */
async function markOf(root: string): Promise<string> {
  const found = await stat(join(root, CONFIG_FILE)).catch(() => null);
  return found ? `${found.mtimeMs} ${found.size} ${found.ino}` : "";
}
