// Rotation of logs by size and age: what is large is set aside, packed, and what was set aside long ago goes.
import { createReadStream, createWriteStream } from "node:fs";
import { readdir, rename, rm, stat, truncate } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Session } from "../../flow/session/session.ts";
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";

/** An editor opens it, a person finds something in it. */
const LOG_BYTES_MAX = 10_000_000;
/** Of one log, besides what age takes. */
const PACKED_MAX = 10;
/** What follows the log's name; `.draft`: its packing was interrupted. */
const PACKED = /^\.\d{8}T\d{6}Z\.gz(\.draft)?$/;

export async function rotateLogs(session: Session): Promise<{ freedBytes: number; notes: Text[] }> {
  const now = session.ctx.clock.now();
  const done = { files: 0, removed: 0, freedBytes: 0 };
  for (const file of await logFiles(session)) {
    const size = await stat(file).then(
      (one) => one.size,
      () => 0,
    );
    if (size > LOG_BYTES_MAX) {
      done.files += 1;
      done.freedBytes += await setAside(file, now);
    }
    const removed = await removeOld(file, new Date(now.getTime() - session.place.config.upkeep.keepRunsMs));
    done.removed += removed.count;
    done.freedBytes += removed.bytes;
  }
  const { freedBytes, files, removed } = done;
  return {
    freedBytes,
    notes: [files + removed === 0 ? say("upkeep.nothing") : say("upkeep.rotated", { files, removed })],
  };
}

/** Logs that grow from run to run: the state's process, dbt's of parsing, and channels that write into a file. */
async function logFiles(session: Session): Promise<string[]> {
  const { home, root, config } = session.place;
  const inFolder = async (folder: string) =>
    (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".log")).map((name) => join(folder, name));
  const parse = config.environments.map(({ name }) => join(home, "environments", name, "parse", "logs"));
  const found = await Promise.all([join(home, "logs"), ...parse].map(inFolder));
  const channels = Object.values(config.notices.channels).flatMap((channel) =>
    channel.type === "log" ? [resolve(root, channel.path)] : [],
  );
  return [...found.flat(), ...channels];
}

/**
 * Copies the log, packed, and empties it: whoever writes it has it open and goes on. What is written while it is copied is copied too; in
 * the instant between the last copy and the emptying a line may be lost.
 */
async function setAside(file: string, now: Date): Promise<number> {
  const packed = `${file}.${now.toISOString().replace(/[-:]|\.\d+/g, "")}.gz`;
  const draft = `${packed}.draft`;
  let end = 0;
  await rm(draft, { force: true });
  for (let size = (await stat(file)).size; end < size; size = (await stat(file)).size) {
    await pipeline(
      createReadStream(file, { start: end, end: size - 1 }),
      createGzip(),
      createWriteStream(draft, { flags: "a", mode: 0o600 }),
    );
    end = size;
  }
  await rename(draft, packed);
  await truncate(file, 0);
  return end - (await stat(packed)).size;
}

/** Only what was set aside by this: a folder may hold `alerts.log.of-last-year.gz` of somebody's own. */
async function removeOld(file: string, before: Date): Promise<{ count: number; bytes: number }> {
  const folder = dirname(file);
  const names = (await readdir(folder).catch(() => []))
    .filter((name) => name.startsWith(basename(file)) && PACKED.test(name.slice(basename(file).length)))
    .sort()
    .reverse();
  const done = { count: 0, bytes: 0 };
  for (const [index, name] of names.entries()) {
    const facts = await stat(join(folder, name));
    if (index < PACKED_MAX && facts.mtime >= before && !name.endsWith(".draft")) continue;
    await rm(join(folder, name), { force: true });
    done.count += 1;
    done.bytes += facts.size;
  }
  return done;
}
