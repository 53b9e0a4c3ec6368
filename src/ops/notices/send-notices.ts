// The outbox emptied: each message to its channel, with what the channel says recorded, and tried again where that may help.
import { alertName, type Notice, type NoticeBody } from "../../core/notices/alert.ts";
import { explainNotice } from "../../core/notices/message.ts";
import { payloadOf } from "../../core/notices/payload.ts";
import { nextAttempt } from "../../core/notices/retry.ts";
import { claimNotices, dueChannels, settleNotice } from "../../db/notices.ts";
import { declaredSecrets, storedSecrets } from "../../flow/secrets/scrub.ts";
import type { Session } from "../../flow/session/session.ts";
import { makeScrubber, type Scrub, scrubDeep } from "../../lib/scrub.ts";
import { deliver } from "../../notify/deliver.ts";
import type { Delivery, Letter } from "../../notify/delivery.ts";
import { render, say } from "../../text/catalogue.ts";
import { CLAIM_HOLD_MS, SEND_ROUND_MS, SENT_AT_ONCE_MAX } from "./notice-limits.ts";
import { languageOf, targetOf } from "./notice-target.ts";

/** Mails, and all else: a mail server may take a minute and a half for one message, and nobody else waits for it. */
type Way = "mail" | "web";

/**
 * Sends what is due by one way until nothing is, the time of a round is over, or the server stops; what is under way is finished, or it
 * would be told twice.
 */
export async function sendDue(session: Session, way: Way): Promise<void> {
  const { channels } = session.place.config.notices;
  const isMail = (name: string) => name.startsWith("contacts.") || channels[name]?.type === "email";
  const all = await dueChannels(await session.db(), (await session.project()).id);
  const due = all.filter((name) => isMail(name) === (way === "mail"));
  if (due.length === 0) return;
  const scrub = await messageScrubber(session);
  const places = way === "mail" ? [due] : due.map((name) => [name]);
  const ends = await Promise.allSettled(places.map((names) => sendTo(session, names, scrub)));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

async function sendTo(session: Session, channels: readonly string[], scrub: Scrub): Promise<void> {
  const db = await session.db();
  const { id: projectId } = await session.project();
  const { clock, signal } = session.ctx;
  const fromMs = clock.ticksMs();
  while (clock.ticksMs() - fromMs < SEND_ROUND_MS && !signal.aborted) {
    const claimed = await claimNotices(db, projectId, { channels, limit: SENT_AT_ONCE_MAX, holdMs: CLAIM_HOLD_MS });
    if (claimed.length === 0) return;
    const ends = await Promise.allSettled(claimed.map((notice) => sendOne(session, notice, scrub)));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }
}

/** Whatever a run of any environment may have seen. */
async function messageScrubber(session: Session): Promise<Scrub> {
  const declared = session.place.config.environments.map((environment) => declaredSecrets(session, environment));
  return makeScrubber([...(await storedSecrets(session)), ...(await Promise.all(declared)).flat()]);
}

/** A message that breaks its sender breaks no other one: it is tried again as if nobody had answered. */
async function sendOne(session: Session, notice: Notice, scrub: Scrub): Promise<void> {
  const delivery = await attempt(session, notice, scrub).catch((error: unknown): Delivery => {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: "retry", afterMs: null, why: say("flow.internal", { message }) };
  });
  await record(session, notice, delivery);
}

/** Null: there is no such place any more. */
async function attempt(session: Session, notice: Notice, scrub: Scrub): Promise<Delivery | null> {
  const target = await targetOf(session, notice);
  if (target === null || !("type" in target)) return target;
  const letter = await letterOf(session, notice, scrub);
  const { clock, killed } = session.ctx;
  return deliver(letter, target, { clock, signal: killed });
}

async function letterOf(session: Session, notice: Notice, scrub: Scrub): Promise<Letter> {
  const { config } = session.place;
  const reader = { lang: languageOf(config, notice.channel), timezone: config.timezone };
  const body = withoutSecrets(notice.body, scrub);
  const message = explainNotice(body, reader);
  const installation = (await session.installation()).slice(0, 8);
  const id = `slipway-${installation}-n${notice.id}`;
  const thread = `slipway-${installation}-${alertName(notice.alertId).toLowerCase()}`;
  return { id, thread, message, payload: payloadOf(id, body, message) };
}

/** What comes from dbt and databases; all else is ours, and times must stay times. */
function withoutSecrets(notice: NoticeBody, scrub: Scrub): NoticeBody {
  const { findings, detail } = notice.body;
  const foreign = scrubDeep({ findings, detail }, scrub) as Pick<NoticeBody["body"], "findings" | "detail">;
  return { ...notice, body: { ...notice.body, ...foreign } };
}

async function record(session: Session, notice: Notice, delivery: Delivery | null): Promise<void> {
  const db = await session.db();
  const now = session.ctx.clock.now();
  if (delivery === null) return void (await settleNotice(db, notice, { state: "dropped", lastError: null }, null));
  if (delivery.kind === "sent") return void (await settleNotice(db, notice, { state: "sent", lastError: null }, null));
  const lastError = delivery.why;
  const nextAttemptAt = delivery.kind === "retry" ? nextAttempt(notice, delivery.afterMs, now) : null;
  if (nextAttemptAt) return void (await settleNotice(db, notice, { state: "waiting", lastError, nextAttemptAt }, null));
  const row = {
    who: await session.actor(),
    what: "notice.failed",
    subject: `alert ${alertName(notice.alertId)}`,
    why: render(lastError, "en"),
    details: {
      channel: notice.channel,
      recipient: notice.recipient,
      occasion: notice.occasion,
      attempts: notice.attempts,
    },
  };
  await settleNotice(db, notice, { state: "failed", lastError }, row);
}
