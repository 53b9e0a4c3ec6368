// Serves one PGlite, which has one session, to many connections: a connection has it to itself until its statement or transaction is over.
import { createServer, type Socket } from "node:net";
import type { PGlite } from "@electric-sql/pglite";
import type { Clock } from "../../lib/clock.ts";
import { Framer, type Message } from "./wire.ts";

const watchEveryMs = 250;
/** As PostgreSQL's own checkpoint_timeout. PGlite has no process that would do it: its log grew for as long as it lived. */
const checkpointEveryMs = 5 * 60_000;
const sync = Uint8Array.of(0x53, 0, 0, 0, 4);
/** ReadyForQuery: `Z`, four bytes of length, one of state. */
const ready = "Z".charCodeAt(0);
const readyBytes = 6;
/** A client that does not read must not hold up the end of a broken process. */
const flushMs = 1_000;

export interface GatewayOptions {
  pglite: PGlite;
  /** Path of the unix socket; nothing may lie there. */
  path: string;
  /** A transaction in which nothing happens for this long is rolled back and its connection closed. */
  transactionIdleMs: number;
  clock: Clock;
  log: (message: string) => void;
  /** PGlite itself broke (a PANIC, its memory): only a new process and PostgreSQL's own log make it whole. */
  onBroken: (error: unknown) => void;
}

interface Seat {
  socket: Socket;
  messages: Message[];
  gone: boolean;
}

export class Gateway {
  readonly #options: GatewayOptions;
  readonly #server = createServer((socket) => this.#seat(socket));
  /** In order of service: whoever was served goes to the end. */
  readonly #seats = new Set<Seat>();
  /** Between its first message and the end of its statement or transaction. */
  #owner: Seat | null = null;
  #running = false;
  #lastMs = 0;
  #checkpointMs: number;
  #watchdog: NodeJS.Timeout | undefined;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#checkpointMs = options.clock.ticksMs();
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject).listen(this.#options.path, resolve);
    });
    this.#watchdog = setInterval(() => this.#watch(), watchEveryMs);
  }

  /** Takes no more connections and closes those there are; then PGlite, with its data on disk. */
  async close(): Promise<void> {
    clearInterval(this.#watchdog);
    this.#server.close();
    for (const seat of this.#seats) seat.socket.destroy();
    await this.#options.pglite.close();
  }

  #seat(socket: Socket): void {
    const seat: Seat = { socket, messages: [], gone: false };
    const framer = new Framer();
    this.#seats.add(seat);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      seat.messages.push(...framer.push(chunk));
      void this.#run();
    });
    socket.on("close", () => {
      seat.gone = true;
      seat.messages = [];
      if (this.#owner === seat) void this.#run();
      else this.#seats.delete(seat);
    });
  }

  /** One loop for all: a message at a time, because PGlite has no second session. */
  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      for (let seat = this.#next(); seat; seat = this.#next()) {
        if (!this.#owner) await this.#checkpoint();
        if (seat.gone) await this.#abandon(seat);
        else await this.#serve(seat, seat.messages.shift()!);
      }
    } catch (error) {
      this.#options.onBroken(error);
    }
    this.#running = false;
  }

  /** Between two statements, when it is time: PostgreSQL's log up to now is not needed any more. One that fails is tried again next time. */
  async #checkpoint(): Promise<void> {
    const { clock, pglite, log } = this.#options;
    if (clock.ticksMs() - this.#checkpointMs < checkpointEveryMs) return;
    this.#checkpointMs = clock.ticksMs();
    await pglite.exec("checkpoint").catch((error: unknown) => log(`no checkpoint: ${String(error)}`));
  }

  #next(): Seat | null {
    const isReady = (seat: Seat): boolean => seat.gone || seat.messages.length > 0;
    if (this.#owner) return isReady(this.#owner) ? this.#owner : null;
    for (const seat of this.#seats) if (isReady(seat)) return seat;
    return null;
  }

  async #serve(seat: Seat, message: Message): Promise<void> {
    const { socket } = seat;
    if (message.kind === "refuse_encryption") return void socket.write("N");
    if (message.kind === "end") return void socket.end();
    this.#owner = seat;
    const isWhole = await this.#tell(message, (data) => socket.write(data));
    if (!isWhole) {
      await flushed(socket);
      throw new Error("PostgreSQL stopped in the middle of an answer (PANIC)");
    }
    if (message.ends && !this.#options.pglite.isInTransaction()) this.#release(seat);
  }

  #release(seat: Seat): void {
    this.#owner = null;
    if (this.#seats.delete(seat) && !seat.gone) this.#seats.add(seat);
  }

  /** After an error PostgreSQL skips everything up to a Sync, so a dead client's Sync has to be said for it. */
  async #abandon(seat: Seat): Promise<void> {
    await this.#tell({ bytes: sync, ends: true }, () => {});
    if (this.#options.pglite.isInTransaction()) await this.#options.pglite.exec("rollback");
    this.#release(seat);
  }

  /** false: an answer that should have ended with ReadyForQuery did not. PGlite goes on after a PANIC, in no state to be used. */
  async #tell({ bytes, ends }: { bytes: Uint8Array; ends: boolean }, onData: (data: Buffer) => void): Promise<boolean> {
    let tail = Buffer.alloc(0);
    const onRawData = (raw: Uint8Array): void => {
      const data = Buffer.from(raw);
      tail = data.length < readyBytes ? Buffer.concat([tail, data]) : data;
      onData(data);
    };
    await this.#options.pglite.execProtocolRawStream(bytes, { onRawData });
    this.#lastMs = this.#options.clock.ticksMs();
    return !ends || tail.subarray(-readyBytes)[0] === ready;
  }

  #watch(): void {
    const { clock, transactionIdleMs, log } = this.#options;
    if (!this.#owner || this.#running || clock.ticksMs() - this.#lastMs < transactionIdleMs) return;
    log(`a transaction was idle for ${transactionIdleMs} ms: rolled back, connection closed`);
    this.#owner.socket.destroy();
  }
}

function flushed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.end(resolve);
    setTimeout(resolve, flushMs);
  });
}
