// A command under way: its events as they come, its processes, its end.
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { expect } from "vitest";
import { type Answer, answerOf } from "../harness.ts";
import { type Family, familyOf } from "./processes.ts";
import type { Tiny } from "./tiny.ts";
import { soon } from "./truth.ts";

/** One line of `--events`. */
interface Event {
  event?: string;
  name?: string;
  phase?: string;
  what?: string;
}

export interface Running {
  child: ChildProcess;
  family: Family;
  /** Its end; `json` is the last line, the document of the command. */
  ended: Promise<Answer>;
  /** Resolves with the first event like this one, past ones included. Throws when the command ends without it. */
  until(wanted: Event): Promise<void>;
  /** Resolves when this has been printed for people. */
  said(words: string): Promise<void>;
}

/** Starts `slipway ...args --yes --events`. */
export function run(tiny: Tiny, args: string[], env?: Record<string, string>): Running {
  const child = tiny.start([...args, "--yes", "--events"], env);
  const seen: Event[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout! }).on("line", (line) => {
    seen.push((parsed(line) ?? {}) as Event);
    for (const look of waiting) look();
  });
  const ended = answerOf(child).then(({ code, signal, stdout, stderr }) => {
    const last = stdout.trimEnd().split("\n").at(-1);
    return { code, signal, stdout, stderr, json: parsed(last ?? "") };
  });
  const until = (wanted: Event): Promise<void> =>
    new Promise((resolve, reject) => {
      const like = (event: Event) =>
        Object.entries(wanted).every(([key, value]) => event[key as keyof Event] === value);
      const look = () => seen.some(like) && resolve();
      waiting.add(look);
      look();
      void ended.then(({ stderr }) =>
        reject(new Error(`ended without ${JSON.stringify(wanted)}: ${JSON.stringify(seen)} ${stderr}`)),
      );
    });
  let told = "";
  child.stderr!.on("data", (data: Buffer) => {
    told += data.toString();
  });
  const said = (words: string) => expect.poll(() => told, soon).toContain(words);
  return { child, family: familyOf(child), ended, until, said };
}

/** Null for a line that a kill has cut. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

export function expectDone(answer: Answer): void {
  expect(answer.code, answer.stdout + answer.stderr).toBe(0);
}

/** Stopped by a person: nothing of it lives on, and its end says so. */
export async function expectCancelled({ ended, family }: Running): Promise<void> {
  const answer = await ended;
  expect(answer.json, answer.stderr).toMatchObject({ ok: false, code: "cancelled", exit: 130 });
  expect(answer.code).toBe(130);
  expect(await family.left()).toEqual([]);
}
