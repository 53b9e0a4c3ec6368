// One POST of JSON, and what its answer means. Addresses of webhooks are secrets: no message names more than their host.

import type { Text } from "../lib/text.ts";
import { say } from "../text/catalogue.ts";
import type { Delivery } from "./delivery.ts";
import { ANSWER_CHARACTERS_MAX } from "./limits.ts";

export interface Post {
  url: string;
  body: string;
  headers: Record<string, string>;
  signal: AbortSignal;
  /** Now. */
  at: Date;
  answerMs: number;
}

/** 2xx is sent; what another attempt may mend is `retry`: 408, 425, 429, 5xx, no answer. Redirections are refused: they would carry the message elsewhere. */
export async function post({ url, body, headers, signal, at, answerMs }: Post): Promise<Delivery> {
  const host = hostOf(url);
  if (host === null) return { kind: "refused", why: say("notify.bad_url") };
  try {
    const answer = await fetch(url, {
      method: "POST",
      body,
      headers: { "content-type": "application/json; charset=utf-8", "user-agent": "slipway", ...headers },
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
    });
    const said = await beginning(answer);
    if (answer.ok) return { kind: "sent" };
    const why = say("notify.answered", { host, status: answer.status, said });
    if (![408, 425, 429].includes(answer.status) && answer.status < 500) return { kind: "refused", why };
    return { kind: "retry", afterMs: retryAfterMs(answer.headers.get("retry-after"), at), why };
  } catch (error) {
    return { kind: "retry", afterMs: null, why: reason(host, error, answerMs) };
  }
}

function hostOf(url: string): string | null {
  try {
    const { protocol, host } = new URL(url);
    return protocol === "https:" || protocol === "http:" ? host : null;
  } catch {
    return null;
  }
}

/** Seconds or a date; null when neither. */
function retryAfterMs(header: string | null, at: Date): number | null {
  if (header === null) return null;
  if (/^\d{1,6}$/.test(header.trim())) return Number(header) * 1000;
  const time = Date.parse(header);
  return Number.isNaN(time) ? null : Math.max(0, time - at.getTime());
}

/** The first line of what was answered, without reading more than that. */
async function beginning(answer: Response): Promise<string> {
  const reader = answer.body?.getReader();
  const chunk = await reader?.read();
  await reader?.cancel();
  const [line = ""] = new TextDecoder().decode(chunk?.value).slice(0, ANSWER_CHARACTERS_MAX).split(/\r?\n/);
  return line.replace(/\p{Cc}/gu, " ").trim();
}

/** `fetch failed` says nothing; its cause does. */
function reason(host: string, error: unknown, answerMs: number): Text {
  const thrown = error as Error & { cause?: { code?: string; message?: string } };
  if (thrown.name === "TimeoutError") return say("notify.too_late", { host, seconds: answerMs / 1000 });
  return say("notify.no_answer", { host, reason: thrown.cause?.code ?? thrown.cause?.message ?? thrown.message });
}
