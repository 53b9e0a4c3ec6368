// The process that owns the embedded state: one per folder, gone when idle, and nothing acknowledged is lost when it is killed.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { sql } from "kysely";
import { afterEach, beforeEach, expect, test } from "vitest";
import { listAudit, recordAudit } from "../../src/db/audit.ts";
import { openPglite } from "../../src/db/embedded/pglite.ts";
import { databasePathOf, dataDirOf, logFileOf, socketDirOf } from "../../src/db/embedded/state-setting.ts";
import { ensureProject } from "../../src/db/projects.ts";
import { render } from "../../src/text/catalogue.ts";
import { makePlace, type StatePlace, stateEnded } from "../support/state.ts";
import { audit } from "../support/state-samples.ts";

let place: StatePlace;
const children: ChildProcess[] = [];

beforeEach(async () => {
  place = await makePlace("embedded");
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await place.remove();
});

/** A command of its own in its own process group; prints a line per acknowledged audit row, or `open PID`. */
async function command(work: "write" | "stick" | "open") {
  const args = [join(import.meta.dirname, "../support/state-client.ts"), work, JSON.stringify(place.options)];
  const child = spawn(process.execPath, args, { detached: true, stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const lines = createInterface({ input: child.stdout! });
  const [first] = (await once(lines, "line")) as [string];
  const acknowledged: string[] = [];
  lines.on("line", (line) => acknowledged.push(line));
  return { child, lines, acknowledged, statePid: Number(first.split(" ")[1]) };
}

/** The process that owns the state of a folder now; null while there is none. */
function ownerOf(home: string): number | null {
  try {
    return Number(/"pid":(\d+)/.exec(readFileSync(join(home, "data.owner.json"), "utf8"))?.[1] ?? 0) || null;
  } catch {
    return null;
  }
}

const subjects = async (): Promise<string[]> => {
  const db = await place.open();
  const rows = await listAudit(db, { limit: 100_000 });
  await db.close();
  return rows.map((row) => row.subject);
};

test("commands at once share one process; it ends after the last one and leaves no socket", async () => {
  const opened = await Promise.all([1, 2, 3].map(() => command("open")));
  expect(new Set(opened.map((one) => one.statePid)).size).toBe(1);
  const db = await place.open();
  expect(db.statePid).toBe(opened[0]!.statePid);
  await db.close();
  for (const { child } of opened) process.kill(-child.pid!, "SIGKILL");
  await stateEnded(place.options.home);
  expect(readdirSync(socketDirOf(place.options.runtimeDir, place.options.home))).toEqual([]);
  expect(readFileSync(logFileOf(place.options.home), "utf8")).toMatch(/ready[\s\S]*ending[\s\S]*ended/);
});

test("an opener with another runtime folder finds the one process", async () => {
  const db = await place.open();
  const other = await place.open({ runtimeDir: `${place.options.runtimeDir}-other` });
  expect(other.statePid).toBe(db.statePid);
  await other.close();
  await db.close();
});

test("kill -9 of a command's whole group in the middle of writing loses nothing acknowledged", async () => {
  const writer = await command("write");
  await once(writer.lines, "line");
  process.kill(-writer.child.pid!, "SIGKILL");
  await once(writer.child, "exit");
  const stored = new Set(await subjects());
  expect(writer.acknowledged.length).toBeGreaterThan(0);
  expect(writer.acknowledged.filter((subject) => !stored.has(subject))).toEqual([]);
});

test("kill -9 of the state process: nothing acknowledged is lost, and the open command goes on", async () => {
  const db = await place.open();
  const writer = await command("write");
  const acknowledge = async (more: number) => {
    const many = writer.acknowledged.length + more;
    while (writer.acknowledged.length < many) await once(writer.lines, "line");
  };
  let owner = writer.statePid;
  for (let kills = 0; kills < 2; kills++) {
    await acknowledge(20);
    process.kill(owner, "SIGKILL");
    // Lines that were on their way when it was killed do not say that another one is there.
    const killed = owner;
    await expect.poll(() => (owner = ownerOf(place.options.home) ?? killed)).not.toBe(killed);
    await acknowledge(20);
  }
  process.kill(-writer.child.pid!, "SIGKILL");
  await once(writer.child, "exit");
  await recordAudit(db, audit("after")).catch(() => recordAudit(db, audit("after")));
  const stored = new Set(await subjects());
  expect(writer.acknowledged.filter((subject) => !stored.has(subject))).toEqual([]);
  await db.close();
});

test("every commit reaches the disk: one fsync or more each", async () => {
  await (await place.open()).close();
  await stateEnded(place.options.home);
  const { pglite, files } = await openPglite(dataDirOf(place.options.home));
  await pglite.exec("create table t (i int)");
  const before = files.fsyncCount;
  for (let i = 0; i < 50; i++) await pglite.exec(`insert into t values (${i})`);
  expect(files.fsyncCount - before).toBeGreaterThanOrEqual(50);
  await pglite.close();
});

test("a client that sticks in a transaction is cut off, and the others go on", async () => {
  place.options.transactionIdleMs = 1_000;
  const db = await place.open();
  await command("stick");
  await recordAudit(db, audit());
  expect((await listAudit(db, { limit: 9 })).map((row) => row.subject)).toEqual(["environment prod"]);
  expect(readFileSync(logFileOf(place.options.home), "utf8")).toContain("a transaction was idle");
  await db.close();
});

test("a server's state: a process that stands still in a transaction is cut off, too", async () => {
  const elsewhere = await makePlace("postgres");
  try {
    const db = await elsewhere.open();
    const other = await elsewhere.open({ transactionIdleMs: 500 });
    const { id } = await ensureProject(db, "shop");
    const { promise: changed, resolve: goOn } = Promise.withResolvers<void>();
    const { promise: woken, resolve: wake } = Promise.withResolvers<void>();
    const standing = other.transaction(async (trx) => {
      await trx.kysely.updateTable("projects").set({ name: "never" }).where("id", "=", id).execute();
      goOn();
      await woken;
      await ensureProject(trx, "another");
    });
    await changed;
    await db.kysely.updateTable("projects").set({ name: "renamed" }).where("id", "=", id).execute();
    wake();
    await expect(standing).rejects.toMatchObject({ code: "upstream" });
    await other.close();
    await db.close();
  } finally {
    await elsewhere.remove();
  }
});

test("a client that dies in the middle of a message does not hold up the others", async () => {
  const db = await place.open();
  const path = databasePathOf(socketDirOf(place.options.runtimeDir, place.options.home));
  const parse = (text: string) => {
    const body = Buffer.from(`\0${text}\0\0\0`);
    const head = Buffer.from([0x50, 0, 0, 0, 0]);
    head.writeInt32BE(body.length + 4, 1);
    const flush = Buffer.from([0x48, 0, 0, 0, 4]);
    return Buffer.concat([head, body, flush]);
  };
  for (const text of ["select 1", "no sql at all"]) {
    const socket = connect(path);
    await once(socket, "connect");
    const user = Buffer.from("\0\0\0\0\0\x03\0\0user\0postgres\0\0");
    user.writeInt32BE(user.length, 0);
    socket.write(Buffer.concat([user, parse(text)]));
    let answer = "";
    const wanted = text === "select 1" ? "1\0\0\0\x04" : "syntax error";
    while (!answer.includes(wanted)) answer += (await once(socket, "data"))[0].toString("latin1");
    socket.destroy();
    const { rows } = await sql<{ v: string }>`select ${"fine"}::text as v`.execute(db.kysely);
    expect(rows).toEqual([{ v: "fine" }]);
  }
  await db.close();
});

test("a first start that was killed leaves nothing that stands in the way", async () => {
  mkdirSync(join(place.options.home, "data.tmp-abc"), { recursive: true });
  writeFileSync(join(place.options.home, "data.tmp-abc", "PG_VERSION"), "18\n");
  await (await place.open()).close();
  expect(readdirSync(place.options.home).filter((name) => name.startsWith("data.tmp"))).toEqual([]);
});

test("a folder of another PostgreSQL is refused and left alone", async () => {
  mkdirSync(dataDirOf(place.options.home), { recursive: true });
  writeFileSync(join(dataDirOf(place.options.home), "PG_VERSION"), "19\n");
  const error = await place.open().catch((reason) => reason);
  expect(error).toMatchObject({
    code: "conflict",
    text: { id: "db.other_pglite", params: { found: "19", known: "18" } },
  });
  expect(readdirSync(dataDirOf(place.options.home))).toEqual(["PG_VERSION"]);
});

test("a folder that cannot be one says so", async () => {
  mkdirSync(join(place.options.home, ".."), { recursive: true });
  writeFileSync(place.options.home, "a file");
  const error = await place.open().catch((reason) => reason);
  expect(error).toMatchObject({ code: "upstream", text: { id: "db.read_only" } });
  place.options.home = join(place.options.home, "..", "other");
});

test("a runtime folder that is too long for a socket is refused with a remedy", async () => {
  const error = await place.open({ runtimeDir: `/tmp/${"x".repeat(100)}` }).catch((reason) => reason);
  expect(error).toMatchObject({ code: "invalid", text: { id: "db.socket_path_long" } });
  expect(render(error.details.hint, "en")).toContain("XDG_RUNTIME_DIR");
  expect(existsSync(`/tmp/${"x".repeat(100)}`)).toBe(false);
});

test.each([
  ["postgres://nobody:secret@127.0.0.1:1/none", "upstream", "db.unreachable"],
  ["mysql://somewhere", "invalid", "db.bad_url"],
  ["not an address", "invalid", "db.bad_url"],
])("a server that is not there: %s", async (databaseUrl, code, id) => {
  const error = await place.open({ databaseUrl }).catch((reason) => reason);
  expect(error).toMatchObject({ code, text: { id } });
  expect(JSON.stringify([error.text, error.details.hint, error.details.facts])).not.toContain("secret");
});
