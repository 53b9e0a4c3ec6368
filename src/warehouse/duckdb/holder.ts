// Who holds a DuckDB file: what DuckDB's message says and /proc adds. Looks only; never ends anybody's program.
import { readFile, stat } from "node:fs/promises";

export interface Holder {
  /** The file that is locked: the warehouse or an attached one. */
  file: string;
  /** null when DuckDB could not tell (a program in another container or on another machine). */
  pid: number | null;
  command: string | null;
  user: string | null;
  /** When that program started. */
  since: Date | null;
  /** True when others hold the file for reading only: readers may still join, a writer has to wait. */
  readingOnly: boolean;
  /** `pid 412 (python etl.py), user ai`; the file where the program is unknown. */
  toString(): string;
}

const LOCKED = /Could not set lock on file "(?<file>.*?)": (?<rest>.*)/s;

/** null when a message of DuckDB is not about a lock. */
export function parseLockMessage(message: string): Pick<Holder, "file" | "pid" | "command" | "readingOnly"> | null {
  const { file, rest } = LOCKED.exec(message)?.groups ?? {};
  if (file === undefined || rest === undefined) return null;
  const held = /held in (?<program>.*?) ?\(PID (?<pid>\d+)\)/.exec(rest)?.groups;
  return {
    file,
    pid: held?.pid && held.pid !== "0" ? Number(held.pid) : null,
    command: held?.program || null,
    readingOnly: rest.includes("read-only mode"),
  };
}

/** The holder with its command line, user and start where the system tells (Linux); what is unknown stays null. */
export async function describeHolder(found: NonNullable<ReturnType<typeof parseLockMessage>>): Promise<Holder> {
  const holder: Holder = { ...found, user: null, since: null, toString: holderText };
  if (found.pid === null) return holder;
  const folder = `/proc/${found.pid}`;
  const commandLine = await readFile(`${folder}/cmdline`, "utf8").catch(() => "");
  const facts = await stat(folder).catch(() => null);
  return {
    ...holder,
    command: commandLine.split("\0").join(" ").trim() || holder.command,
    user: facts ? await userName(facts.uid) : null,
    since: await startedAt(folder).catch(() => null),
  };
}

function holderText(this: Holder): string {
  if (this.pid === null) return this.file;
  return `pid ${this.pid}${this.command ? ` (${this.command})` : ""}${this.user ? `, user ${this.user}` : ""}`;
}

async function userName(uid: number): Promise<string> {
  const passwd = await readFile("/etc/passwd", "utf8").catch(() => "");
  const line = passwd.split("\n").find((entry) => entry.split(":")[2] === String(uid));
  return line?.split(":")[0] ?? `uid ${uid}`;
}

/** Field 22 of /proc/<pid>/stat counts ticks (100 per second on every Linux that Node runs on) since the boot. */
async function startedAt(folder: string): Promise<Date | null> {
  const own = await readFile(`${folder}/stat`, "utf8");
  const system = await readFile("/proc/stat", "utf8");
  const bootSeconds = Number(/^btime (\d+)/m.exec(system)?.[1]);
  const ticks = Number(own.slice(own.lastIndexOf(")") + 2).split(" ")[19]);
  return Number.isFinite(bootSeconds + ticks) ? new Date((bootSeconds + ticks / 100) * 1000) : null;
}
