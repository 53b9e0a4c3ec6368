import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PGlite } from "@electric-sql/pglite";
import { expect, test } from "vitest";
import { systemClock } from "../../lib/clock.ts";
import { Gateway } from "./gateway.ts";

const opening = Buffer.from([0, 0, 0, 9, 0, 3, 0, 0, 0]);
const query = Buffer.from([0x51, 0, 0, 0, 5, 0]);
const readyForQuery = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);
const panic = Buffer.from("E\0\0\0\x0fSPANIC\0\0", "latin1");

/** What a client hears and what the gateway calls broken, when PGlite answers like this (real PANICs need a full disk). */
async function check(answers: (Buffer | Error)[], expected: { heard: string; broken: string | null }): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "gw-"));
  const faulty = {
    execProtocolRawStream: async (_: Uint8Array, { onRawData }: { onRawData: (data: Uint8Array) => void }) => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      for (const byte of answer ?? readyForQuery) onRawData(Uint8Array.of(byte));
    },
    isInTransaction: () => false,
    close: async () => {},
  } as unknown as PGlite;
  let broken: string | null = null;
  const path = join(folder, "socket");
  const gateway = new Gateway({
    pglite: faulty,
    path,
    transactionIdleMs: 60_000,
    clock: systemClock,
    log: () => {},
    onBroken: (error) => {
      broken = (error as Error).message;
      setImmediate(() => void gateway.close()); // As the process would: whatever is open is cut.
    },
  });
  await gateway.listen();
  const socket = connect(path);
  let heard = "";
  await new Promise<void>((resolve) => {
    socket.on("data", (data) => {
      heard += data.toString("latin1");
      if (expected.broken === null && heard.length >= expected.heard.length) socket.end();
    });
    socket.on("close", () => resolve());
    socket.write(Buffer.concat([opening, query]));
  });
  await gateway.close();
  await rm(folder, { recursive: true });
  expect({ heard, broken }).toEqual(expected);
}

/** Checkpoints that the gateway itself makes while a client says something at each of these minutes; the disk is full. */
async function checkpoints(
  times: number[],
  isInTransaction: () => boolean = () => false,
): Promise<(number | string)[]> {
  const folder = await mkdtemp(join(tmpdir(), "gw-"));
  const made: (number | string)[] = [];
  let now = 0;
  const pglite = {
    execProtocolRawStream: async (_: Uint8Array, { onRawData }: { onRawData: (data: Uint8Array) => void }) =>
      onRawData(readyForQuery),
    exec: async (statement: string) => {
      if (statement !== "checkpoint") return;
      made.push(now);
      throw new Error("no room on the disk");
    },
    isInTransaction,
    close: async () => {},
  } as unknown as PGlite;
  const path = join(folder, "socket");
  const clock = { ...systemClock, ticksMs: () => now * 60_000 };
  const onBroken = (error: unknown) => made.push(`broken: ${error}`);
  const gateway = new Gateway({ pglite, path, transactionIdleMs: 1e9, clock, log: () => {}, onBroken });
  await gateway.listen();
  const socket = connect(path);
  const says = async (bytes: Buffer) => {
    socket.write(bytes);
    await once(socket, "data");
  };
  await says(opening);
  for (now of times) await says(query);
  socket.destroy();
  await gateway.close();
  await rm(folder, { recursive: true });
  return made;
}

test("a checkpoint every five minutes of work, whatever becomes of it", async () =>
  expect(await checkpoints([1, 4, 6, 7, 10, 30, 31])).toEqual([6, 30]));
test("none in the middle of a transaction", async () => expect(await checkpoints([1, 6, 7], () => true)).toEqual([]));

const ready = readyForQuery.toString("latin1");

test("an answer that ends with ReadyForQuery is a whole one", () =>
  check([readyForQuery, Buffer.concat([Buffer.from("T"), readyForQuery])], {
    heard: `${ready}T${ready}`,
    broken: null,
  }));

test("after a PANIC the client hears why, and the process is called broken", () =>
  check([readyForQuery, panic], {
    heard: ready + panic.toString("latin1"),
    broken: "PostgreSQL stopped in the middle of an answer (PANIC)",
  }));

test("an exception of PGlite is the end of the process", () =>
  check([readyForQuery, new Error("memory access out of bounds")], {
    heard: ready,
    broken: "memory access out of bounds",
  }));
