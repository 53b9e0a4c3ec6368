// Follows slipway.yml while a server runs: a good change is in force at once, a broken one leaves the last good one there.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { CONFIG_FILE } from "../../core/config/config.ts";
import { openProject } from "../../flow/session/project.ts";
import type { Session } from "../../flow/session/session.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import type { ServerLog } from "./server-log.ts";

export interface ConfigWatch {
  /** Looks whether the file has changed. */
  look(): Promise<void>;
  broken(): boolean;
}

export function watchConfig(session: Session, log: ServerLog): ConfigWatch {
  const { ctx, place } = session;
  // The first look reads it again: it may have changed since the server began to start.
  let seen = "";
  let mistake: string | null = null;
  const look = async () => {
    const mark = await markOf(place.root);
    if (mark === seen) return;
    try {
      const next = await openProject({ ...ctx, projectDir: place.root });
      const changed = !isDeepStrictEqual(next.config, place.config);
      if (changed) place.config = next.config;
      if (changed || mistake !== null) log.info(say("serve.config_changed"));
      if (next.name !== place.name) log.warn(say("serve.project_renamed", { now: next.name, served: place.name }));
      [seen, mistake] = [mark, null];
    } catch (error) {
      // A mistake stands until a file changes; anything else may be over at the next look.
      if (error instanceof AppError) seen = mark;
      if (mistake !== String(error)) log.error(say("serve.config_broken"), error);
      mistake = String(error);
    }
  };
  return { look, broken: () => mistake !== null };
}

/** Changes with every way of writing the files; the same while they are away. */
async function markOf(root: string): Promise<string> {
  const marks = WATCHED.map(async (name) => {
    const found = await stat(join(root, name)).catch(() => null);
    return found ? `${found.mtimeMs} ${found.size} ${found.ino}` : "-";
  });
  return (await Promise.all(marks)).join(" / ");
}

/** The name of the project may stand in dbt's own file. */
const WATCHED = [CONFIG_FILE, "dbt_project.yml"];
