// One POST of JSON, and what its answer means. Addresses of webhooks are secrets: no message names more than their host.

import { makeScrubber } from "../lib/scrub.ts";
import type { Text } from "../lib/text.ts";
import { say } from "../text/catalogue.ts";
import type { Delivery } from "./delivery.ts";
import { ANSWER_CHARACTERS_MAX, TOLD_PART_LENGTH_MIN } from "./limits.ts";
import { unescaped } from "./unescaped.ts";

export interface Post {
  url: string;
  body: string;
  headers: Record<string, string>;
  signal: AbortSignal;
  /** Now. */
  at: Date;
  answerMs: number;
}

/**
 * 2xx is sent, whatever becomes of the rest of the answer; what another attempt may mend is `retry`: 408, 425, 429, 5xx, no answer.
 * Redirections are refused: they would carry the message elsewhere.
 */
export async function post({ url, body, headers, signal, at, answerMs }: Post): Promise<Delivery> {
  const place = placeOf(url);
  if (place === null) return { kind: "refused", why: say("notify.bad_url") };
  const { host } = place;
  try {
    const answer = await fetch(place.url, {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json; charset=utf-8",
        "user-agent": "slipway",
        ...place.headers,
        ...headers,
      },
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
    });
    if (answer.ok) {
      await answer.body?.cancel().catch(() => undefined);
      return { kind: "sent" };
    }
    const said = withoutAddress(await beginning(answer), new URL(url));
    const why = say("notify.answered", { host, status: answer.status, said });
    if (![408, 425, 429].includes(answer.status) && answer.status < 500) return { kind: "refused", why };
    return { kind: "retry", afterMs: retryAfterMs(answer.headers.get("retry-after"), at), why };
  } catch (error) {
    return { kind: "retry", afterMs: null, why: reason(host, error, answerMs) };
  }
}

/** An account in the address travels as a header: `fetch` refuses such addresses, and tells them whole. Null: no http(s) URL. */
function placeOf(text: string): { url: string; host: string; headers: Record<string, string> } | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const { protocol, host, username, password } = url;
  if (protocol !== "https:" && protocol !== "http:") return null;
  if (username === "" && password === "") return { url: url.href, host, headers: {} };
  const account = Buffer.from(`${unescaped(username)}:${unescaped(password)}`).toString("base64");
  url.username = url.password = "";
  return { url: url.href, host, headers: { authorization: `Basic ${account}` } };
}

/** Seconds or a date; null when neither. */
function retryAfterMs(header: string | null, at: Date): number | null {
  if (header === null) return null;
  if (/^\d{1,6}$/.test(header.trim())) return Number(header) * 1000;
  const time = Date.parse(header);
  return Number.isNaN(time) ? null : Math.max(0, time - at.getTime());
}

/** The first line of what was answered, without reading more than that; empty where the answer breaks off. */
async function beginning(answer: Response): Promise<string> {
  const reader = answer.body?.getReader();
  try {
    const chunk = await reader?.read();
    const text = new TextDecoder().decode(chunk?.value).slice(0, 8 * ANSWER_CHARACTERS_MAX);
    return (text.split(/\r?\n/)[0] ?? "").replace(/\p{Cc}/gu, " ").trim();
  } catch {
    return "";
  } finally {
    await reader?.cancel().catch(() => undefined);
  }
}

/** Servers repeat what they were asked for: `Cannot POST /services/T0/B0/..`. */
function withoutAddress(said: string, { href, pathname, search, searchParams, username, password }: URL): string {
  const parts = [...pathname.split("/"), ...searchParams.values()].filter((one) => one.length >= TOLD_PART_LENGTH_MIN);
  const account = [username, password].map(unescaped);
  const scrub = makeScrubber([
    href,
    `${pathname}${search}`,
    pathname,
    search,
    ...parts,
    ...parts.map(unescaped),
    ...account,
  ]);
  return scrub(said).slice(0, ANSWER_CHARACTERS_MAX);
}

/** `fetch failed` says nothing; its cause does. */
function reason(host: string, error: unknown, answerMs: number): Text {
  const thrown = error as Error & { cause?: { code?: string; message?: string } };
  if (thrown.name === "TimeoutError") return say("notify.too_late", { host, seconds: answerMs / 1000 });
  return say("notify.no_answer", { host, reason: thrown.cause?.code ?? thrown.cause?.message ?? thrown.message });
}
