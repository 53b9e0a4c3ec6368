// `/health`: whether this server does its work, for load balancers and for a person with curl. The API comes later.
import { createServer, type Server as HttpServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { AppError } from "../lib/error.ts";
import { say } from "../text/catalogue.ts";

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

export interface HealthSetting {
  host: string;
  port: number;
  ask(): Promise<Health>;
  /** `POST /wake`: something was put in the queue. */
  onWake(): void;
}

/** AppError `conflict` when the port is taken, `invalid` when the address is not this machine's or needs rights. */
export async function listen({ host, port, ask, onWake }: HealthSetting): Promise<Listening> {
  const server = createServer(answer(ask, onWake));
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(notListening(error, `${host}:${port}`)));
    server.listen(port, host, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return { address: `${host.includes(":") ? `[${host}]` : host}:${taken}`, close: () => closed(server) };
}

function answer(ask: () => Promise<Health>, onWake: () => void): RequestListener {
  return (request, response) => {
    const send = (status: number, body: unknown) => {
      response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
      response.end(request.method === "HEAD" ? undefined : `${JSON.stringify(body)}\n`);
    };
    request.resume();
    const path = (request.url ?? "").split("?", 1)[0];
    const asks = request.method === "GET" || request.method === "HEAD";
    if (path === "/wake" && request.method === "POST") {
      onWake();
      send(202, {});
    } else if (path === "/health" && asks)
      void ask().then(
        (health) => send(health.ok ? 200 : 503, health),
        () => send(503, { ok: false }),
      );
    else if (path === "/health") send(405, { error: "method not allowed" });
    else send(404, { error: "not found" });
  };
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
