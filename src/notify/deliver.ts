// A letter to its place, whatever kind that is.
import type { Clock } from "../lib/clock.ts";
import type { Delivery, Letter, Target } from "./delivery.ts";
import { post } from "./http.ts";
import { ANSWER_TIMEOUT_MS } from "./limits.ts";
import { slackBody, teamsBody } from "./slack.ts";
import { sendWebhook } from "./webhook.ts";

/** Never throws for what the other side does: that is the answer. Mail and files are loaded when first used. */
export async function deliver(
  letter: Letter,
  target: Target,
  { clock, signal, ...limits }: { clock: Clock; signal: AbortSignal; answerMs?: number; wholeMs?: number },
): Promise<Delivery> {
  const at = clock.now();
  const answerMs = limits.answerMs ?? ANSWER_TIMEOUT_MS;
  switch (target.type) {
    case "email":
      return (await import("./email.ts")).sendMail(letter, target, { signal, ...limits });
    case "log":
      return (await import("./log-file.ts")).appendLine(letter, target.path, at);
    case "webhook":
      return sendWebhook(letter, { ...target, signal, at, answerMs });
    case "slack":
    case "teams": {
      const body = target.type === "slack" ? slackBody(letter.message) : teamsBody(letter.message);
      return post({ url: target.url, body, headers: {}, signal, at, answerMs });
    }
  }
}
