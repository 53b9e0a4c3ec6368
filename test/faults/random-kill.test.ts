// Killed at random moments. SLIPWAY_KILL_SEED asks for others, SLIPWAY_KILL_ROUNDS (default 6) for more; the seed is printed.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/lib/clock.ts";
import { expectDone, run } from "./commands.ts";
import { whileReading } from "./readers.ts";
import { newTiny, type Tiny } from "./tiny.ts";
import { expectLive, served, testedAt } from "./truth.ts";

const rounds = Number(process.env.SLIPWAY_KILL_ROUNDS ?? 6);
const seed = Number(process.env.SLIPWAY_KILL_SEED ?? 20_261_121);

/** Who gets the SIGKILL: the command alone, everything it started, or that and the process of the embedded state. */
const victims = ["command", "family", "all"] as const;

interface Kill {
  /** Part of an undisturbed deployment's time. */
  moment: number;
  victim: (typeof victims)[number];
}

/** Moments spread over the whole of a deployment, one at a random place in each part. The same for the same seed. */
function kills(): Kill[] {
  const random = randomOf(seed);
  const turn = Math.floor(random() * victims.length);
  return Array.from({ length: rounds }, (_, part) => ({
    moment: Number(((part + random()) / rounds).toFixed(4)),
    victim: victims[(part + turn) % victims.length]!,
  }));
}

/** Mulberry32. */
function randomOf(from: number): () => number {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe.each(["duckdb", "postgres"] as const)(`%s, SLIPWAY_KILL_SEED=${seed}`, (kind) => {
  let tiny: Tiny;
  let wholeMs = 0;
  let release = 2;

  beforeAll(async () => {
    tiny = await newTiny(kind);
    expectDone(await tiny.deploy());
    tiny.change(2);
    const from = systemClock.ticksMs();
    expectDone(await tiny.deploy());
    wholeMs = systemClock.ticksMs() - from;
  });
  afterAll(() => tiny?.[Symbol.asyncDispose]());

  test.each(kills())("$victim killed at $moment", async ({ moment, victim }) => {
    const before = release;
    release += 1;
    tiny.change(release);
    const counts = await whileReading(tiny, async () => {
      const running = run(tiny, ["deploy", "prod"]);
      await systemClock.sleep(moment * wholeMs);
      if (victim === "command") running.child.kill("SIGKILL");
      else running.family.killAll({ state: victim === "all" });
      await running.ended;
      expect(await running.family.left()).toEqual([]);
      const now = await served(tiny);
      expect([before, release]).toContain(now);
      const status = await tiny.ask(["status", "prod"]);
      expect(status.json.data.environments[0].live, status.stderr).toMatchObject({ subject: `Change ${now}` });
      expectDone(await tiny.deploy());
    });
    expect(counts).toMatchObject({ errors: [], mixed: 0, releases: [before, release] });
    expect(new Map(counts.firstSeen).get(release)).toBeGreaterThanOrEqual(await testedAt(tiny));
    await expectLive(tiny, release);
  });
});
