// The talk with one Python process that answers requests one at a time. Knows the protocol, not dbt, and not how the process was started.
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { AppError } from "../lib/error.ts";
import { say } from "../text/catalogue.ts";
import type { EngineEvent } from "./engine.ts";
import { type Failure, type Message, messageSchema, PROTOCOL } from "./messages.ts";

/** How long dbt may take to cancel its statements after a clean request to stop. */
const CANCEL_GRACE_MS = 10_000;
/** Between SIGTERM and SIGKILL; also how long an idle process may take to leave. */
const KILL_GRACE_MS = 3_000;
/** Enough for a traceback. */
const STDERR_TAIL_LENGTH = 8_000;
/** After the process has ended its pipe may still hold messages; a grandchild could keep the pipe open for ever. */
const DRAIN_MS = 500;

/** A failure that the sidecar reported; its caller knows what it means. */
export class SidecarFailure extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message ?? failure.code ?? failure.kind);
    this.failure = failure;
  }
}

export interface Sidecar {
  readonly pid: number | null;
  /** Throws SidecarFailure as the sidecar says, AppError `upstream` when the process ends instead of answering. */
  request(op: string, fields: Record<string, unknown>): Promise<unknown>;
  /** Stops the request under way cleanly, then ends the process. */
  cancel(): Promise<void>;
  /** Ends the process; a request under way is cancelled. */
  close(): Promise<void>;
}

/** The process itself, which leads a process group of its own. */
export interface SidecarChild {
  pid: number | null;
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** How it ended: a signal's name, `exit code 1`, or why it did not start. */
  ended: Promise<string>;
  /** To the whole group; nothing once it has ended. */
  kill(signal: NodeJS.Signals): void;
}

interface Pending {
  id: number;
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}

export function controlSidecar(
  child: SidecarChild,
  onEvent: (event: EngineEvent) => void,
  cleanUp: () => Promise<void>,
): Sidecar {
  let pending: Pending | null = null;
  let lastId = 0;
  let cancelling = false;
  let gone = false;
  let broken: AppError | null = null;
  const stderr = tail(child.stderr);
  const settle = (act: (waiting: Pending) => void): void => {
    const waiting = pending;
    pending = null;
    if (waiting) act(waiting);
  };
  const receive = (message: Message): void => {
    if (message.type === "hello") {
      if (message.protocol !== PROTOCOL) refuse(`protocol ${message.protocol}`);
    } else if (message.id !== pending?.id) return;
    else if (message.type === "event") onEvent(message.event);
    else if (message.type === "done") settle((waiting) => waiting.resolve(message.result));
    else settle((waiting) => waiting.reject(new SidecarFailure(message.error)));
  };
  const refuse = (found: string): void => {
    broken = new AppError("internal", say("dbt.protocol_mismatch", { found, expected: PROTOCOL }));
    child.kill("SIGKILL");
  };
  const drained = readMessages(child, { receive, refuse });
  const ended = child.ended.then(async (how) => {
    gone = true;
    await within(drained, DRAIN_MS);
    const error = cancelling ? new SidecarFailure({ kind: "cancelled" }) : died(how, stderr());
    settle((waiting) => waiting.reject(broken ?? error));
    broken ??= died(how, stderr());
    await cleanUp();
  });
  const request = (op: string, fields: Record<string, unknown>): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (broken || pending)
        return reject(broken ?? new Error(`the sidecar is still at work on request ${pending?.id}`));
      pending = { id: ++lastId, resolve, reject };
      child.stdin.write(`${JSON.stringify({ id: lastId, op, ...fields })}\n`);
    });
  const close = async (): Promise<void> => {
    if (pending) return cancel();
    child.stdin.end();
    await leave(child, ended, KILL_GRACE_MS);
  };
  let leaving: Promise<void> | null = null;
  const cancel = (): Promise<void> => {
    leaving ??= interrupt();
    return leaving;
  };
  const interrupt = async (): Promise<void> => {
    cancelling = true;
    if (pending) child.stdin.write(`${JSON.stringify({ id: 0, op: "cancel" })}\n`);
    child.stdin.end();
    await leave(child, ended, CANCEL_GRACE_MS);
  };
  return {
    get pid() {
      return gone ? null : child.pid;
    },
    request,
    cancel,
    close,
  };
}

/** Waits for the process to leave by itself, then makes it: SIGTERM, then SIGKILL, to the whole group. */
async function leave(child: SidecarChild, ended: Promise<void>, graceMs: number): Promise<void> {
  if (await within(ended, graceMs)) return;
  child.kill("SIGTERM");
  if (await within(ended, KILL_GRACE_MS)) return;
  child.kill("SIGKILL");
  await ended;
}

/** Resolves when the last message has been received. */
function readMessages(
  child: SidecarChild,
  reader: { receive: (message: Message) => void; refuse: (found: string) => void },
): Promise<void> {
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    const message = readMessage(line);
    if (message === null) reader.refuse(line.slice(0, 200));
    else reader.receive(message);
  });
  child.stdin.on("error", () => {}); // a process that is gone is reported by its end
  return new Promise((resolve) => lines.on("close", resolve));
}

const readMessage = (line: string): Message | null => messageSchema.safeParse(parsedJson(line)).data ?? null;

/** Undefined for what is no JSON. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function tail(stream: Readable): () => string {
  let text = "";
  stream.setEncoding("utf8");
  stream.on("error", () => {});
  stream.on("data", (data: string) => {
    text = (text + data).slice(-STDERR_TAIL_LENGTH);
  });
  return () => text.trim();
}

/** True when `work` ended in time. */
export async function within(work: Promise<unknown>, ms: number): Promise<boolean> {
  const timeout = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => timeout.resolve(false), ms);
  try {
    return await Promise.race([work.then(() => true), timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}

export function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in the group.
  }
}

const died = (how: string, stderr: string): AppError =>
  new AppError("upstream", say("dbt.process_ended", { how, output: stderr.split("\n").slice(-12).join("\n") }), {
    hint: say("dbt.process_ended_hint"),
  });
