import { expect, test } from "vitest";
import type { RunKind } from "../records.ts";
import { dataAsOf, liveMs, releaseBefore } from "./revisions.ts";

const at = (minute: number) => new Date(minute * 60_000);
/** `41 42 41r`: releases in the order they came, a minute each; `r` a rollback. Newest first, as the state gives them. */
const history = (text: string) =>
  text
    .split(" ")
    .map((word, index, all) => ({
      revision: index + 1,
      releaseId: Number.parseInt(word, 10),
      fromReleaseId: index === 0 ? null : Number.parseInt(all[index - 1]!, 10),
      kind: (word.endsWith("r") ? "rollback" : "deploy") as RunKind,
      at: at(index),
    }))
    .reverse();
const numbers = new Map([40, 41, 42, 43].map((number) => [number, number]));
const before = (text: string, live: number, expected: number | null) =>
  expect(releaseBefore(live, history(text), numbers)).toBe(expected);

test("the one before", () => before("40 41 42", 42, 41));
test("after a rollback not the one that was left behind", () => before("40 41 42 41r", 41, 40));
test("back from a newer one that was tried again", () => before("41 42 41r 43", 43, 41));
test("the first has none before it", () => before("41", 41, null));
test("after a rollback to the first there is none", () => before("41 42 41r", 41, null));

test("live until the next came", () => expect(liveMs(41, history("40 41 42"), at(9))).toBe(60_000));
test("live until now", () => expect(liveMs(42, history("40 41 42"), at(9))).toBe(7 * 60_000));
test("live twice counts twice", () => expect(liveMs(41, history("41 42 41r"), at(5))).toBe(4 * 60_000));
test("never live", () => expect(liveMs(43, history("41 42"), at(5))).toBe(null));

const token = (readAt: string) => ({ kind: "file_hash", confidence: "exact" as const, value: "v", detail: "", readAt });
test("data is as of the newest source read", () =>
  expect(
    dataAsOf({
      "source.shop.raw.a": token("2026-11-20T05:00:00.000Z"),
      "source.shop.raw.b": token("2026-11-20T06:00:00.000Z"),
      "model.shop.c": token("2026-11-20T07:00:00.000Z"),
    }),
  ).toEqual(new Date("2026-11-20T06:00:00.000Z")));
test("without sources there is no such time", () => expect(dataAsOf({})).toBe(null));
