// A PostgreSQL to try things on: the one that is named, the one that runs on this machine, or one started for the purpose.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";
import { findPrograms, installPrograms } from "./programs.ts";

export interface Postgres {
  /** Of a user who may create databases and roles. */
  url: string;
  origin: "named" | "running" | "started";
  /** Ends the server if it was started for this; otherwise does nothing. */
  stop(): Promise<void>;
}

const runningUrl = "postgres://postgres@127.0.0.1:5432/postgres";

/**
 * Never gives up in silence: a named server must answer; without one, the local server at port 5432 is used if it lets us in as
 * `postgres`; else a server of its own is started in a temporary folder, from the system's programs or from npm's
 * (`scripts/postgres/npm`).
 */
export async function providePostgres(namedUrl: string | undefined, say: (line: string) => void): Promise<Postgres> {
  if (namedUrl) {
    const refusal = await refusalOf(namedUrl);
    if (refusal) throw new Error(`the named PostgreSQL can not be used: ${refusal}`);
    return { url: namedUrl, origin: "named", stop: async () => {} };
  }
  if (!(await refusalOf(runningUrl))) return { url: runningUrl, origin: "running", stop: async () => {} };
  return startPostgres(say);
}

/** Why a server is of no use, or null. */
async function refusalOf(url: string): Promise<string | null> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query(
      "select rolsuper or (rolcreatedb and rolcreaterole) as able from pg_roles where rolname = current_user",
    );
    return rows[0]?.able ? null : "its user may not create databases and roles";
  } catch (error) {
    return error instanceof Error ? error.message || String((error as NodeJS.ErrnoException).code) : String(error);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Ports that are tried before it is given up. */
const PORTS_MAX = 5;

/** A server of its own in a temporary folder, on a free port of 127.0.0.1, with trust for everybody on this machine. */
export async function startPostgres(say: (line: string) => void): Promise<Postgres> {
  const owner = unprivilegedOwner();
  const folder = mkdtempSync(join(tmpdir(), "slipway-postgres-"));
  let server: ChildProcess | null = null;
  try {
    const bin = reachable(findPrograms() ?? installPrograms(say), folder, owner !== null);
    if (owner) chownSync(folder, owner.uid, owner.gid);
    const data = join(folder, "data");
    execFileSync(
      join(bin, "initdb"),
      ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
      {
        ...owner,
        cwd: folder,
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    let port = 0;
    for (let attempt = 1; ; attempt++) {
      port = await freePort();
      server = spawn(join(bin, "postgres"), ["-D", data, "-p", String(port), ...settings(folder)], {
        ...owner,
        cwd: folder,
        stdio: ["ignore", "ignore", "pipe"],
      });
      // Somebody else may take the port between the look and the start.
      const taken = await readiness(server).then(
        () => null,
        (error: Error) => error,
      );
      if (!taken) break;
      if (attempt === PORTS_MAX || !/Address already in use/i.test(taken.message)) throw taken;
    }
    say(`PostgreSQL: started one of its own from ${bin} at port ${port}`);
    return {
      url: `postgres://postgres@127.0.0.1:${port}/postgres`,
      origin: "started",
      stop: () => end(server!, folder),
    };
  } catch (error) {
    if (server) await end(server, folder);
    else rmSync(folder, { recursive: true, force: true });
    throw new Error(`no PostgreSQL for this: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

/** Nothing of this server outlives its folder, so it need not wait for the disk. */
function settings(folder: string): string[] {
  const values = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: folder.length < 80 ? folder : "",
    fsync: "off",
    full_page_writes: "off",
    synchronous_commit: "off",
    max_connections: "200",
  };
  return Object.entries(values).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** PostgreSQL refuses to run as root; root lends it another user's rights. Null where no such change is needed. */
function unprivilegedOwner(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const accounts = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  const account = ["postgres", "nobody"].map((name) => accounts.find((fields) => fields[0] === name)).find(Boolean);
  if (!account) throw new Error("neither user postgres nor nobody exists, and PostgreSQL does not run as root");
  return { uid: Number(account[2]), gid: Number(account[3]) };
}

/** Another user may not see npm's folder (below /root, say), so its programs are copied beside the data. */
function reachable(bin: string, folder: string, otherUser: boolean): string {
  if (!otherUser || !bin.includes("node_modules")) return bin;
  const copy = join(folder, "programs");
  mkdirSync(copy);
  cpSync(dirname(bin), copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, "bin");
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

/** Resolves when the server says so in its log; throws with the log's last lines when it ends first. */
async function readiness(server: ChildProcess): Promise<void> {
  const lines: string[] = [];
  const log = createInterface({ input: server.stderr! });
  const ready = new Promise<void>((done) => {
    log.on("line", (line) => {
      if (lines.push(line) > 20) lines.shift();
      if (line.includes("database system is ready to accept connections")) done();
    });
  });
  const ended = once(server, "exit").then(() => {
    throw new Error(`the server ended: ${lines.join(" / ")}`);
  });
  await Promise.race([ready, ended]);
  ended.catch(() => {});
}

/** SIGINT is PostgreSQL's fast shutdown: open sessions are cut, nothing waits for them. */
async function end(server: ChildProcess, folder: string): Promise<void> {
  if (server.exitCode === null && server.signalCode === null) {
    server.kill("SIGINT");
    await once(server, "exit");
  }
  if (existsSync(folder)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
