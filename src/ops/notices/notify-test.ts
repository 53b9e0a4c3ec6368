// `notify test CHANNEL`: a message to each of its recipients, now, and what became of it.
import { explainTest } from "../../core/notices/message.ts";
import { testPayload } from "../../core/notices/payload.ts";
import type { NotifyTestView } from "../../core/views/notices.ts";
import { recordAudit } from "../../db/audit.ts";
import type { Session } from "../../flow/session/session.ts";
import { AppError } from "../../lib/error.ts";
import { nearest } from "../../lib/nearest.ts";
import { deliver } from "../../notify/deliver.ts";
import type { Letter } from "../../notify/delivery.ts";
import { say } from "../../text/catalogue.ts";
import { frame } from "./alert-rows.ts";
import { languageOf, targetOf } from "./notice-target.ts";

type Result = NotifyTestView["results"][number];

export async function notifyTest(session: Session, { channel }: { channel: string }): Promise<NotifyTestView> {
  const { channels } = session.place.config.notices;
  const found = Object.hasOwn(channels, channel) ? channels[channel] : undefined;
  if (!found) throw unknownChannel(session, channel);
  const recipients = found.type === "email" ? found.to : [""];
  const results: Result[] = [];
  for (const recipient of recipients) results.push(await sendTest(session, channel, recipient));
  await recordAudit(await session.db(), {
    who: await session.actor(),
    what: "channel.tested",
    subject: `channel ${channel}`,
    why: null,
    details: { results: results.map(({ recipient, sent }) => ({ recipient, sent })) },
  });
  const outcome = results.every(({ sent }) => sent) ? "done" : "problems_found";
  return { ...frame(session), outcome, channel, type: found.type, results };
}

async function sendTest(session: Session, channel: string, recipient: string): Promise<Result> {
  const { ctx } = session;
  const target = await targetOf(session, { channel, recipient });
  const from = ctx.clock.ticksMs();
  const ended = (sent: boolean, error: Result["error"]) => ({ recipient, sent, error, ms: ctx.clock.ticksMs() - from });
  if (target === null) return ended(false, null);
  if (!("type" in target)) return ended(false, target.kind === "sent" ? null : target.why);
  const delivery = await deliver(await testLetter(session, channel, recipient), target, ctx);
  return delivery.kind === "sent" ? ended(true, null) : ended(false, delivery.why);
}

async function testLetter(session: Session, channel: string, recipient: string): Promise<Letter> {
  const { config, name: project } = session.place;
  const at = session.ctx.clock.now();
  const reader = { lang: languageOf(config, channel), timezone: config.timezone };
  const message = explainTest({ project, channel, by: await session.actor(), at }, reader);
  const installation = (await session.installation()).slice(0, 8);
  const place = Buffer.from(`${channel} ${recipient}`).toString("base64url");
  const id = `slipway-${installation}-test-${at.getTime()}-${place}`;
  return { id, thread: id, message, payload: testPayload(id, project, message) };
}

function unknownChannel(session: Session, name: string): AppError {
  const names = Object.keys(session.place.config.notices.channels);
  const near = nearest(name, names);
  const hint = near
    ? say("config.did_you_mean", { name: near })
    : say("config.route_knows", { kind: "channel", names });
  return new AppError("not_found", say("config.route_unknown", { kind: "channel", name }), { hint });
}
