// A server under way: its log as it comes, its /health, its end.
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { expect } from "vitest";
import { type Answer, answerOf } from "../harness.ts";
import { type Family, familyOf } from "./processes.ts";
import type { Tiny } from "./tiny.ts";

/** One line of a server's log. */
export interface Logged {
  event: string;
  message: string;
  // biome-ignore lint/suspicious/noExplicitAny: fields of any line, looked at by the test that waits for it
  [field: string]: any;
}

export interface ServerProcess {
  child: ChildProcess;
  family: Family;
  /** Every line until now. */
  log: Logged[];
  /** Resolves with the first line like this one, past ones included. Throws when the server ends without it. */
  until(wanted: Partial<Logged>): Promise<Logged>;
  health(): Promise<{ status: number; body: Record<string, unknown> }>;
  ended: Promise<Answer>;
  /** SIGTERM, and its end. */
  stop(): Promise<Answer>;
}

/** Starts `slipway serve` on a free port; resolves when it serves. */
export async function startServer(
  tiny: Pick<Tiny, "start">,
  args: string[] = [],
  env?: Record<string, string>,
): Promise<ServerProcess> {
  const child = tiny.start(["serve", "--port", "0", ...args], env);
  const family = familyOf(child);
  const log: Logged[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stderr! }).on("line", (line) => {
    log.push(parsed(line));
    for (const look of waiting) look();
  });
  const ended = answerOf(child);
  const until = (wanted: Partial<Logged>): Promise<Logged> =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = log.find((line) => Object.entries(wanted).every(([key, value]) => line[key] === value));
        if (found) resolve(found);
      };
      waiting.add(look);
      look();
      void ended.then(({ stderr }) => reject(new Error(`ended without ${JSON.stringify(wanted)}: ${stderr}`)));
    });
  const { address } = await until({ event: "serve.started" });
  const health = async () => {
    const response = await fetch(`http://${address}/health`);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const stop = () => {
    child.kill("SIGTERM");
    return ended;
  };
  return { child, family, log, until, health, ended, stop };
}

const parsed = (line: string): Logged => {
  try {
    return JSON.parse(line) as Logged;
  } catch {
    return { event: "", message: line };
  }
};

/** As by the kernel, with everything the server started; its state process too where that is asked for. */
export async function killServer(server: ServerProcess): Promise<void> {
  server.family.killAll();
  await server.ended;
}

/** It ended as asked and left no process. */
export async function expectStopped(server: ServerProcess): Promise<Answer> {
  const answer = await server.stop();
  expect(answer.code, answer.stderr).toBe(0);
  expect(await server.family.left()).toEqual([]);
  return answer;
}
