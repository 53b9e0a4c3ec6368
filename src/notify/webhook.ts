// A signed POST to a program: HMAC-SHA256 over time and body, so that the receiver knows who sent it, and when.
import { createHmac } from "node:crypto";
import type { Delivery, Letter } from "./delivery.ts";
import { post } from "./http.ts";

interface Way {
  url: string;
  key: string;
  signal: AbortSignal;
  at: Date;
  answerMs: number;
}

/** `Slipway-Notice` is the same in every attempt: a receiver that has seen it answers 2xx and does nothing. */
export async function sendWebhook({ id, payload }: Letter, { key, ...way }: Way): Promise<Delivery> {
  const body = JSON.stringify(payload);
  const time = String(Math.floor(way.at.getTime() / 1000));
  const headers = {
    "slipway-notice": id,
    "slipway-timestamp": time,
    "slipway-signature": `v1=${sign(key, time, body)}`,
  };
  return post({ ...way, body, headers });
}

/** Hex of HMAC-SHA256 over `TIMESTAMP.BODY`. */
export const sign = (key: string, time: string, body: string): string =>
  createHmac("sha256", key).update(`${time}.${body}`).digest("hex");
