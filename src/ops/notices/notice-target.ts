// Where a message goes, with the secrets that its channel needs. They live in memory for the time of sending.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Config } from "../../core/config/config.ts";
import type { Notice } from "../../core/notices/alert.ts";
import { MAIL_AUTHORITY, MAIL_SERVER } from "../../core/notices/mail-settings.ts";
import type { Channel } from "../../core/notices/route.ts";
import { readSecret } from "../../flow/secrets/secrets.ts";
import type { Session } from "../../flow/session/session.ts";
import { AppError } from "../../lib/error.ts";
import type { Language } from "../../lib/text.ts";
import type { Delivery, Target } from "../../notify/delivery.ts";
import { say } from "../../text/catalogue.ts";

/** Null: the channel or contact is gone from slipway.yml. A `Delivery`: something is missing that may be mended. */
export async function targetOf(
  session: Session,
  { channel, recipient }: Pick<Notice, "channel" | "recipient">,
): Promise<Target | Delivery | null> {
  const { notices, contacts } = session.place.config;
  const place = /^contacts\.(.+)$/.exec(channel)?.[1];
  if (place !== undefined)
    return contacts[place]?.email === recipient ? mailbox(session, { from: null, to: recipient }) : null;
  const found = Object.hasOwn(notices.channels, channel) ? notices.channels[channel] : undefined;
  if (!found) return null;
  if (found.type === "email")
    return found.to.includes(recipient) ? mailbox(session, { from: found.from ?? null, to: recipient }) : null;
  try {
    return await machine(session, found);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { kind: "retry", afterMs: null, why: error.text };
  }
}

async function machine(session: Session, channel: Exclude<Channel, { type: "email" }>): Promise<Target> {
  const open = async (value: string | { secret: string }) =>
    typeof value === "string" ? value : readSecret(session, value.secret);
  switch (channel.type) {
    case "log":
      return { type: "log", path: resolve(session.place.root, channel.path) };
    case "webhook":
      return { type: "webhook", url: await open(channel.webhook_url), key: await open(channel.signing_secret) };
    default:
      return { type: channel.type, url: await open(channel.webhook_url) };
  }
}

async function mailbox(
  { ctx }: Session,
  { from, to }: { from: string | null; to: string },
): Promise<Target | Delivery> {
  const server = ctx.env[MAIL_SERVER];
  if (!server) return { kind: "retry", afterMs: null, why: say("notify.not_set", { name: MAIL_SERVER }) };
  const authority = ctx.env[MAIL_AUTHORITY];
  if (!authority) return { type: "email", server, ca: null, from, to };
  const path = resolve(ctx.cwd, authority);
  try {
    return { type: "email", server, ca: await readFile(path, "utf8"), from, to };
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    return { kind: "retry", afterMs: null, why: say("notify.unreadable", { name: MAIL_AUTHORITY, path, reason }) };
  }
}

/** A channel's own language, else the project's. */
export const languageOf = (config: Pick<Config, "notices" | "lang">, channel: string): Language =>
  config.notices.channels[channel]?.lang ?? config.lang;
