// When a silence ends: a while from now, or at a time of the project's zone. Pure.
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { durationMs } from "../duration.ts";
import { instantsOf, parseDateTime } from "../schedule/zone.ts";

/** AppError `invalid`: neither or both are given, it is no time, or it is over. */
export function silenceEnd(wish: { for: string | null; until: string | null }, timezone: string, now: Date): Date {
  if ((wish.for === null) === (wish.until === null))
    throw new AppError("invalid", say("alerts.silence_end"), { hint: say("alerts.silence_end_hint") });
  const ms = wish.for === null ? null : durationMs(wish.for);
  const end = ms === null ? timeOf(wish.until ?? "", timezone) : new Date(now.getTime() + ms);
  if (end === null || Number.isNaN(end.getTime()))
    throw new AppError("invalid", say("alerts.silence_no_time", { value: wish.for ?? wish.until ?? "" }), {
      hint: say("alerts.silence_end_hint"),
    });
  if (end > now) return end;
  throw new AppError("invalid", say("alerts.silence_over", { value: wish.for ?? wish.until ?? "" }));
}

function timeOf(text: string, timezone: string): Date | null {
  const wall = parseDateTime(text);
  if (wall !== null) return new Date(instantsOf(wall, timezone)[0]!);
  return /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(text) ? new Date(text) : null;
}
