// The data folder of the embedded state: made whole or not at all, from a template that is made once per machine.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { constants, cpSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemClock } from "../../lib/clock.ts";
import { AppError } from "../../lib/error.ts";
import { base32 } from "../../lib/hash.ts";
import { say } from "../../text/catalogue.ts";
import { dataDirOf, nodeOptions, pgliteMajor, pgliteVersion, programFile } from "./state-setting.ts";

/** Part of the template's name; grows with every change of pglite-init.ts. */
const templateFormat = 2;
/** Leftovers of a killed start are removed after this long. */
const leftoverMs = 3_600_000;

/** Makes sure `<home>/data` is a data folder of this PGlite. The caller holds the folder's lock. AppError `conflict` for another PostgreSQL. */
export async function ensureDataFolder(home: string, cacheDir: string): Promise<void> {
  const dataDir = dataDirOf(home);
  const found = await readFile(join(dataDir, "PG_VERSION"), "utf8").catch(() => null);
  if (found !== null) return refuseOther(home, found.trim());
  for (const name of await readdir(home))
    if (name.startsWith("data.tmp-")) await rm(join(home, name), { recursive: true, force: true });
  const made = join(home, temporaryName("data"));
  try {
    await fill(made, cacheDir);
    await rename(made, dataDir);
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    throw error;
  }
  await syncFile(home);
}

async function fill(made: string, cacheDir: string): Promise<void> {
  const template = await ensureTemplate(cacheDir);
  if (template === null) await initialise(made);
  else cpSync(template, made, { recursive: true, mode: constants.COPYFILE_FICLONE });
  await writeFile(join(made, "slipway.json"), `${JSON.stringify({ pglite: pgliteVersion })}\n`);
  await syncTree(made);
}

function refuseOther(home: string, found: string): void {
  if (found === pgliteMajor) return;
  throw new AppError("conflict", say("db.other_pglite", { home, found, known: pgliteMajor }), {
    hint: say("db.other_pglite_hint"),
  });
}

const temporaryName = (name: string): string => `${name}.tmp-${base32(randomBytes(5))}`;

/** The template's folder; null when the cache cannot be written (then every state is initialised by itself). */
async function ensureTemplate(cacheDir: string): Promise<string | null> {
  const folder = join(cacheDir, "slipway");
  const template = join(folder, `pglite-${pgliteVersion}-${templateFormat}`);
  if (await exists(join(template, "PG_VERSION"))) return template;
  const made = join(folder, temporaryName(basename(template)));
  try {
    await mkdir(folder, { recursive: true });
    await removeLeftovers(folder);
    await mkdir(made);
  } catch {
    return null;
  }
  await initialise(made);
  await rename(made, template).catch(async (error: unknown) => {
    await rm(made, { recursive: true, force: true });
    if (!(await exists(join(template, "PG_VERSION")))) throw error; // Another state process was faster: its template is as good.
  });
  return template;
}

async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!/^pglite-.*\.tmp-/.test(name)) continue;
    const { mtimeMs } = await stat(join(folder, name));
    if (systemClock.now().getTime() - mtimeMs > leftoverMs)
      await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** Runs initdb in a child, so that its memory goes with it. */
async function initialise(dataDir: string): Promise<void> {
  const child = spawn(process.execPath, [...nodeOptions, programFile("pglite-init"), dataDir], {
    stdio: ["ignore", "inherit", "inherit"],
    env: {},
  });
  const code = await new Promise<number | null>((resolve, reject) => child.once("error", reject).once("exit", resolve));
  if (code === 0) return;
  await rm(dataDir, { recursive: true, force: true });
  throw new Error(`making the data folder ended with code ${code} in ${dirname(dataDir)}`);
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What PostgreSQL never writes again it never syncs again: a power failure must not take it. */
async function syncTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  const workers = Array.from({ length: 8 }, async () => {
    for (let path = paths.pop(); path !== undefined; path = paths.pop()) await syncFile(path);
  });
  await Promise.all(workers);
  await syncFile(folder);
}
