import { expect, test } from "vitest";
import type { Clock } from "../../lib/clock.ts";
import { startDuty } from "./duty.ts";

/** A clock whose sleeps last until they are let go; `slept` says how long each would have been. */
function handClock() {
  const slept: number[] = [];
  let wake: () => void = () => {};
  let asked: () => void = () => {};
  const clock: Clock = {
    now: () => new Date(0),
    ticksMs: () => slept.length,
    sleep: (ms) => {
      slept.push(ms);
      asked();
      return new Promise((resolve) => {
        wake = resolve;
      });
    },
  };
  /** Resolves when the duty sleeps for the nth time. */
  const asleep = async (times: number): Promise<void> => {
    while (slept.length < times) await new Promise<void>((resolve) => (asked = resolve));
  };
  return { clock, slept, wake: () => wake(), asleep };
}

function start(work: (round: number) => Promise<void>) {
  const hand = handClock();
  const stop = new AbortController();
  const told: string[] = [];
  let rounds = 0;
  const duty = startDuty(
    { name: "test", everyMs: 100, work: () => work(++rounds) },
    {
      clock: hand.clock,
      stop: stop.signal,
      onFailure: () => told.push(`failed ${rounds}`),
      onRecovery: (_, failures) => told.push(`back after ${failures}`),
    },
  );
  return { ...hand, duty, stop, told, rounds: () => rounds };
}

test("works, sleeps, works again, and ends after the round under way", async () => {
  const { asleep, wake, slept, duty, stop, rounds } = start(async () => {});
  await asleep(1);
  wake();
  await asleep(2);
  stop.abort();
  await duty.ended;
  expect([slept, rounds()]).toEqual([[100, 100], 2]);
});

test("a ring begins the next round at once, also one that comes while it works", async () => {
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  const { asleep, duty, stop, slept, rounds } = start((round) => (round === 1 ? gate : Promise.resolve()));
  duty.ring();
  open();
  await asleep(1);
  expect(rounds()).toBe(2);
  duty.ring();
  await asleep(2);
  expect([slept, rounds()]).toEqual([[100, 100], 3]);
  stop.abort();
  await duty.ended;
});

test("a failure is tried again later and later, is told rarely, and is never hurried", async () => {
  const { asleep, wake, duty, stop, told, slept } = start(async (round) => {
    if (round < 8) throw new Error("away");
  });
  for (let sleeps = 1; sleeps < 8; sleeps++) {
    await asleep(sleeps);
    duty.ring();
    wake();
  }
  await asleep(8);
  expect(slept).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000, 100]);
  expect(told).toEqual(["failed 1", "failed 2", "failed 4", "back after 7"]);
  expect(duty.lastMs()).toBe(7);
  stop.abort();
  await duty.ended;
});
