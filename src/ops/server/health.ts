// `/health`: whether this server does its work, for load balancers and for a person with curl. The API comes later.
import { randomBytes } from "node:crypto";
import { createServer, type Server as HttpServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../lib/clock.ts";
import { AppError } from "../../lib/error.ts";
import { base32 } from "../../lib/hash.ts";
import { say } from "../../text/catalogue.ts";

export interface Health {
  ok: boolean;
  version: string;
  project: string;
  server: string;
  state: "serving" | "stopping";
  database: "ok" | "unreachable";
  /** `broken`: slipway.yml has mistakes, the last good one is in force. */
  config: "ok" | "broken";
  started_at: string;
  /** How long ago schedules were looked at; null: not yet. */
  scheduler_lag_ms: number | null;
  /** Of the project, on all servers. */
  running: number | null;
  running_here: number;
  queued: number | null;
}

export interface Listening {
  /** `127.0.0.1:8600`. */
  address: string;
  close(): Promise<void>;
}

/** A request that was answered, for the log. */
export interface Answered {
  /** That of the caller, if it sent a usable one; returned as `X-Request-Id`. */
  requestId: string;
  method: string;
  /** Without what follows a question mark, which may hold anything. */
  path: string;
  status: number;
  ms: number;
}

export interface HealthSetting {
  host: string;
  port: number;
  ask(): Promise<Health>;
  /** `POST /wake`: something was put in the queue. */
  onWake(): void;
  onAnswer(answered: Answered): void;
  clock: Clock;
}

/** AppError `conflict` when the port is taken, `invalid` when the address is not this machine's or needs rights. */
export async function listen({ host, port, ...setting }: HealthSetting): Promise<Listening> {
  const server = createServer(answer(setting));
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(notListening(error, `${host}:${port}`)));
    server.listen(port, host, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return { address: `${host.includes(":") ? `[${host}]` : host}:${taken}`, close: () => closed(server) };
}

function answer({ ask, onWake, onAnswer, clock }: Omit<HealthSetting, "host" | "port">): RequestListener {
  return (request, response) => {
    const startedMs = clock.ticksMs();
    const [path, method, requestId] = [pathOf(request), request.method ?? "", requestIdOf(request)];
    response.once("close", () => {
      const ms = Math.round(clock.ticksMs() - startedMs);
      onAnswer({ requestId, method, path, status: response.statusCode, ms });
    });
    const send = (status: number, body: unknown) => {
      const headers = { "content-type": "application/json", "cache-control": "no-store", "x-request-id": requestId };
      response.writeHead(status, headers);
      response.end(method === "HEAD" ? undefined : `${JSON.stringify(body)}\n`);
    };
    request.resume();
    if (path === "/wake" && method === "POST") {
      onWake();
      send(202, {});
    } else if (path === "/health" && (method === "GET" || method === "HEAD"))
      void ask().then(
        (health) => send(health.ok ? 200 : 503, health),
        () => send(503, { ok: false }),
      );
    else if (path === "/health") send(405, { error: "method not allowed" });
    else send(404, { error: "not found" });
  };
}

const pathOf = ({ url }: IncomingMessage): string => (url ?? "").split("?", 1)[0]!.slice(0, PATH_MAX);
/** What a log shows of a path that means nothing here. */
const PATH_MAX = 200;

/** What gateways and tracing send: UUIDs, trace ids, our own. Anything else is replaced: it goes into a header and a log. */
const USABLE_ID = /^[\w.:=+/-]{1,128}$/;

function requestIdOf({ headers }: IncomingMessage): string {
  const sent = headers["x-request-id"];
  return typeof sent === "string" && USABLE_ID.test(sent) ? sent : base32(randomBytes(10));
}

function notListening(error: NodeJS.ErrnoException, address: string): AppError {
  const taken = error.code === "EADDRINUSE";
  return new AppError(
    taken ? "conflict" : "invalid",
    say(taken ? "serve.port_taken" : "serve.no_address", { address }),
    {
      hint: say("serve.port_hint"),
      facts: [{ label: "why", text: say("db.reason", { why: error.message }) }],
      cause: error,
    },
  );
}

async function closed(server: HttpServer): Promise<void> {
  const ended = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await ended;
}
