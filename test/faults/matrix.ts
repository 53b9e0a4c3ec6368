// Killed at every named point, with readers all along: the next command finishes the work, and nobody ever saw half of it.
import { afterAll, beforeAll, expect, test } from "vitest";
import { FAULT_POINTS, type FaultName } from "../../src/flow/session/fault.ts";
import { answerOf, type User } from "../harness.ts";
import { expectDone } from "./commands.ts";
import { familyOf } from "./processes.ts";
import { expectUnhurt, whileReading } from "./readers.ts";
import { newTiny, type Tiny } from "./tiny.ts";
import { expectLive, served, soon, statements, testedAt } from "./truth.ts";

/** The phase on record when the process is gone. */
const phases: Record<FaultName, string> = {
  "build:middle": "build",
  "verify:before": "verify",
  "prepare:middle": "prepare",
  "flip:before": "flip",
  "flip:after": "flip",
  "settle:middle": "settle",
  "record:before": "record",
  "gc:middle": "plan",
};
const flipped = ["flip:after", "settle:middle", "record:before"];

/** One project for all points: what one kill left behind must not matter to the next. */
export function killMatrix(kind: User["kind"]): void {
  let tiny: Tiny;
  let release = 1;

  beforeAll(async () => {
    tiny = await newTiny(kind);
    expectDone(await tiny.deploy());
    await expectLive(tiny, 1);
  });
  afterAll(() => tiny?.[Symbol.asyncDispose]());

  test.each(FAULT_POINTS.filter((point) => point !== "gc:middle"))("killed at %s", async (point) => {
    const before = release;
    release += 1;
    tiny.change(release);
    const now = flipped.includes(point) ? release : before;
    const counts = await whileReading(tiny, async () => {
      await killedAt(tiny, ["deploy", "prod", "--yes", "--json"], point);
      expect(await served(tiny)).toBe(now);
      await expectInterrupted(tiny, point, `Change ${now}`);
      expectDone(await tiny.deploy());
    });
    expectUnhurt(counts, [before, release]);
    // Nobody saw the change before all of its tests were in.
    expect(new Map(counts.firstSeen).get(release)).toBeGreaterThanOrEqual(await testedAt(tiny));
    await expectLive(tiny, release);
  });

  test("killed at gc:middle", async () => {
    const counts = await whileReading(tiny, async () => {
      await killedAt(tiny, ["gc", "prod", "--yes", "--json"], "gc:middle");
      await expectInterrupted(tiny, "gc:middle", `Change ${release}`);
      expectDone(await tiny.ask(["gc", "prod"]));
    });
    expectUnhurt(counts, [release]);
    const again = await tiny.ask(["gc", "prod"]);
    expect(again.json.code, again.stdout).toBe("nothing_to_do");
    expect(await storeCount(tiny)).toBe(10);
    await expectLive(tiny, release);
    expectDone(await tiny.ask(["rollback", "prod"]));
    expect(await served(tiny)).toBe(release - 1);
  });
}

/** The command dies at the point, and nothing of it lives on. */
async function killedAt(tiny: Tiny, command: string[], point: FaultName): Promise<void> {
  const child = tiny.start(command, { SLIPWAY_FAULT: point });
  const family = familyOf(child);
  const answer = await answerOf(child);
  expect(answer.signal, answer.stdout + answer.stderr).toBe("SIGKILL");
  expect(await family.left()).toEqual([]);
  await expect.poll(() => statements(tiny.url), soon).toEqual([]);
}

async function expectInterrupted(tiny: Tiny, point: FaultName, live: string): Promise<void> {
  const status = await tiny.ask(["status", "prod"]);
  expect(status.json.data.environments[0], status.stderr).toMatchObject({
    running: null,
    interrupted: { phase: phases[point], kind: point === "gc:middle" ? "gc" : "deploy" },
    live: { subject: live },
  });
}

/** Relations in the store: the live release and the one before it, five each, and nothing else. */
async function storeCount(tiny: Tiny): Promise<number> {
  const [row] = await tiny.query(
    "select count(*) as n from information_schema.tables where table_schema = 'slipway_tiny'",
  );
  return Number(row?.n);
}
