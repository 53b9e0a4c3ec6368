import { expect, test } from "vitest";
import { recent } from "./recent.ts";

test("values are made once, and the one used longest ago goes first", async () => {
  const made: string[] = [];
  const kept = recent<string>(2);
  const use = (key: string) =>
    kept.get(key, async () => {
      made.push(key);
      return key;
    });
  expect(await Promise.all([use("a"), use("a")])).toEqual(["a", "a"]);
  for (const key of ["b", "a", "c", "a", "b"]) await use(key);
  expect(made).toEqual(["a", "b", "c", "b"]);
});

test("weights count, the newest stays, a failure is forgotten", async () => {
  const kept = recent<number>(10, (value) => value);
  let makes = 0;
  const use = (key: string, value: number) =>
    kept.get(key, async () => {
      makes += 1;
      return value;
    });
  await use("small", 4);
  await use("huge", 50);
  await use("huge", 50);
  expect(makes).toBe(2);
  await use("small", 4);
  expect(makes).toBe(3);
  await expect(kept.get("bad", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await kept.get("bad", async () => 1)).toBe(1);
});
