import { afterEach, expect, test } from "vitest";
import { systemClock as clock } from "../../lib/clock.ts";
import { type Answered, type Health, type Listening, listen } from "./health.ts";

const fine: Health = {
  ok: true,
  version: "1",
  project: "shop",
  server: "s",
  state: "serving",
  database: "ok",
  config: "ok",
  started_at: "2026-11-20T00:00:00.000Z",
  scheduler_lag_ms: 1,
  running: 0,
  running_here: 0,
  queued: 0,
};
let open: Listening[] = [];
afterEach(async () => {
  for (const one of open) await one.close();
  open = [];
});

async function start(ask: () => Promise<Health>, port = 0) {
  let rings = 0;
  const told: Answered[] = [];
  const onAnswer = (answered: Answered) => void told.push(answered);
  const listening = await listen({ host: "127.0.0.1", port, ask, onWake: () => void rings++, onAnswer, clock });
  open.push(listening);
  const call = async (path: string, method = "GET") => {
    const response = await fetch(`http://${listening.address}${path}`, { method });
    return { status: response.status, text: await response.text() };
  };
  const identify = async (sent?: string) => {
    const headers: Record<string, string> = sent === undefined ? {} : { "x-request-id": sent };
    return (await fetch(`http://${listening.address}/health?token=x`, { headers })).headers.get("x-request-id");
  };
  return { call, identify, told, address: listening.address, rings: () => rings };
}

test("200 with what it is doing, also with a question mark", async () => {
  const { call } = await start(async () => fine);
  expect(JSON.parse((await call("/health?verbose")).text)).toEqual(fine);
  expect(await call("/health", "HEAD")).toEqual({ status: 200, text: "" });
});

test("503 when it cannot work, and when it cannot say", async () => {
  const sick = await start(async () => ({ ...fine, ok: false }));
  expect((await sick.call("/health")).status).toBe(503);
  const mute = await start(async () => {
    throw new Error("away");
  });
  expect(await mute.call("/health")).toEqual({ status: 503, text: '{"ok":false}\n' });
});

test("rings for POST /wake only; everything else is not there", async () => {
  const { call, rings } = await start(async () => fine);
  expect((await call("/wake", "POST")).status).toBe(202);
  expect((await call("/wake")).status).toBe(404);
  expect((await call("/health", "DELETE")).status).toBe(405);
  expect((await call("/")).status).toBe(404);
  expect(rings()).toBe(1);
});

test("each request has an id, the caller's own where it can be one, in the answer and for the log", async () => {
  const { identify, told } = await start(async () => fine);
  const usual = "0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331/01==";
  const ids = [await identify(usual), await identify("two words"), await identify("x".repeat(129)), await identify()];
  expect(ids[0]).toBe(usual);
  for (const id of ids.slice(1)) expect(id).toMatch(/^[a-z2-7]{16}$/);
  expect(new Set(ids).size).toBe(4);
  await expect.poll(() => told.map(({ requestId }) => requestId).sort()).toEqual([...ids].sort());
  expect(told[0]).toEqual({ ...told[0], method: "GET", path: "/health", status: 200, ms: expect.any(Number) });
});

test("a taken port is told by name", async () => {
  const { address } = await start(async () => fine);
  const port = Number(address.split(":")[1]);
  await expect(start(async () => fine, port)).rejects.toMatchObject({
    code: "conflict",
    text: { params: { address } },
  });
});

test("an address of another machine cannot be listened on", () =>
  expect(
    listen({ host: "192.0.2.1", port: 0, ask: async () => fine, onWake: () => {}, onAnswer: () => {}, clock }),
  ).rejects.toMatchObject({
    code: "invalid",
  }));
