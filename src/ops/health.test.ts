import { afterEach, expect, test } from "vitest";
import { type Health, type Listening, listen } from "./health.ts";

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
  const listening = await listen({ host: "127.0.0.1", port, ask, onWake: () => void rings++ });
  open.push(listening);
  const call = async (path: string, method = "GET") => {
    const response = await fetch(`http://${listening.address}${path}`, { method });
    return { status: response.status, text: await response.text() };
  };
  return { call, address: listening.address, rings: () => rings };
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

test("a taken port is told by name", async () => {
  const { address } = await start(async () => fine);
  const port = Number(address.split(":")[1]);
  await expect(start(async () => fine, port)).rejects.toMatchObject({
    code: "conflict",
    text: { params: { address } },
  });
});

test("an address of another machine cannot be listened on", () =>
  expect(listen({ host: "192.0.2.1", port: 0, ask: async () => fine, onWake: () => {} })).rejects.toMatchObject({
    code: "invalid",
  }));
