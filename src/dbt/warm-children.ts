// The children of a warm process: each connects twice, for messages and for errors, and ends by word of its parent.
import { createServer, type Server, type Socket } from "node:net";
import { z } from "zod";
import { killGroup, parsedJson, type SidecarChild, within } from "./sidecar-control.ts";

/** A fork takes milliseconds. */
const FORK_MS = 15_000;
/** A child whose socket has ended is about to end; its parent says how. */
const FAREWELL_MS = 2_000;

const headerSchema = z.object({ id: z.number(), stream: z.enum(["messages", "errors"]), pid: z.number() });

/** What a child becomes, and everything it sees. It gets this from us, not from its parent. */
export interface Becoming {
  program: "sidecar" | "duckdb_light";
  cwd: string;
  env: Record<string, string>;
}

interface Child {
  pid: number;
  messages: Socket | null;
  errors: Socket | null;
  connected: PromiseWithResolvers<void>;
  ended: PromiseWithResolvers<string>;
}

/** By the number under which each was asked for. */
export class WarmChildren {
  readonly #socket: string;
  readonly #server: Server;
  readonly #children = new Map<number, Child>();
  #lastId = 0;
  #orphaned = false;

  constructor(socket: string) {
    this.#socket = socket;
    this.#server = createServer({ allowHalfOpen: true }, (connection) => this.#receive(connection));
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject).listen(this.#socket, resolve).unref();
    });
  }

  close(): void {
    this.#server.close();
  }

  exited(id: number, how: string): void {
    this.#children.get(id)?.ended.resolve(how);
  }

  /** From now on a child's end is seen by its socket alone; who has not connected yet never will. */
  parentEnded(): void {
    this.#orphaned = true;
    for (const child of this.#children.values()) child.connected.reject(new Error("the warm process ended"));
  }

  async fork(ask: (id: number, socket: string) => void, becoming: Becoming): Promise<SidecarChild> {
    if (this.#orphaned) throw new Error("the warm process has ended");
    const id = ++this.#lastId;
    const child: Child = {
      pid: 0,
      messages: null,
      errors: null,
      connected: Promise.withResolvers(),
      ended: Promise.withResolvers(),
    };
    child.connected.promise.catch(() => {});
    this.#children.set(id, child);
    void child.ended.promise.then(() => this.#children.delete(id));
    ask(id, this.#socket);
    if (!(await within(child.connected.promise, FORK_MS).catch(() => false))) {
      child.ended.resolve("given up");
      for (const connection of [child.messages, child.errors]) connection?.destroy();
      throw new Error("the warm process did not fork");
    }
    child.messages!.write(`${JSON.stringify(becoming)}\n`);
    return this.#control(child);
  }

  #control(child: Child): SidecarChild {
    const messages = child.messages!;
    let gone = false;
    void child.ended.promise.then(() => {
      gone = true;
      for (const connection of [child.messages, child.errors]) connection?.end();
    });
    // The end of a socket is the end of its process, which its parent explains unless it has ended itself.
    const lost = () => setTimeout(() => child.ended.resolve("lost"), this.#orphaned ? 0 : FAREWELL_MS).unref();
    messages.once("end", lost).once("close", lost);
    return {
      pid: child.pid,
      stdin: messages,
      stdout: messages,
      stderr: child.errors!,
      ended: child.ended.promise,
      // Its parent kills what is left of the group before the number is free again.
      kill: (signal) => {
        if (!gone) killGroup(child.pid, signal);
      },
    };
  }

  /** The first line says whose connection it is; what follows is left in the stream. */
  #receive(connection: Socket): void {
    connection.on("error", () => {});
    connection.once("data", (data: Buffer) => {
      connection.pause();
      const end = data.indexOf(10);
      const header = headerSchema.safeParse(parsedJson(data.subarray(0, end).toString()));
      const child = header.success ? this.#children.get(header.data.id) : undefined;
      if (!header.success || !child) return void connection.destroy(); // given up meanwhile
      connection.unshift(data.subarray(end + 1));
      child.pid = header.data.pid;
      child[header.data.stream] = connection;
      if (child.messages && child.errors) child.connected.resolve();
    });
  }
}
