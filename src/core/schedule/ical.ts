// Events of an iCal file: all-day and timed, recurring ones with their exceptions, in the zones they name.
import ICAL from "ical.js";
import { say } from "../../text/catalogue.ts";
import { type CalendarEvent, once, type Period, unreadable } from "./calendar.ts";
import { DAY_MS, RECURRENCES_MAX } from "./limits.ts";
import { instantsOf, isZone } from "./zone.ts";

/** AppError `invalid` for what is no iCal. `file`: the name people see. */
export function icalEvents(text: string, file: string): CalendarEvent[] {
  try {
    const parsed = ICAL.parse(text) as unknown[];
    const calendars = (typeof parsed[0] === "string" ? [parsed] : parsed) as ConstructorParameters<
      typeof ICAL.Component
    >[0][];
    const events = calendars
      .flatMap((calendar) => new ICAL.Component(calendar).getAllSubcomponents("vevent"))
      .filter((component) => component.hasProperty("dtstart"))
      .map((component) => new ICAL.Event(component));
    const series = new Set(events.filter((event) => !event.isRecurrenceException()).map(({ uid }) => uid));
    return events
      .filter((event) => !isCancelled(event) && !(event.isRecurrenceException() && series.has(event.uid)))
      .map((event) => (event.isRecurring() ? recurring(event) : once(periodOf(event, event.startDate, event.endDate))));
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw unreadable(say("schedule.calendar_unreadable", { file, message: message.slice(0, MESSAGE_MAX) }));
  }
}

/** A parser's message may carry the whole line. */
const MESSAGE_MAX = 120;

const isCancelled = (event: ICAL.Event): boolean =>
  String(event.component.getFirstPropertyValue("status") ?? "").toUpperCase() === "CANCELLED";

/** Walks its rule as far as it is asked for, and remembers what it passed. */
function recurring(event: ICAL.Event): CalendarEvent {
  const steps = event.iterator();
  const passed: Period[] = [];
  let [steppedTo, stepsTaken] = [Number.NEGATIVE_INFINITY, 0];
  const walkTo = (toMs: number) => {
    while (steppedTo < toMs && stepsTaken < RECURRENCES_MAX) {
      const next = steps.next() as ICAL.Time | null | undefined;
      stepsTaken++;
      steppedTo = next ? momentOf(next).ms : Number.POSITIVE_INFINITY;
      if (next) passed.push(...occurrence(event, next));
    }
  };
  const rules = event.component.getAllProperties("rrule").map((rule) => rule.getFirstValue() as ICAL.Recur);
  const endless = rules.some((rule) => !rule.isFinite());
  if (!endless) walkTo(Number.POSITIVE_INFINITY);
  return {
    between: (fromMs, toMs) => {
      walkTo(toMs + MOVED_MAX_MS);
      return passed.filter((period) => period.fromMs >= fromMs && period.fromMs < toMs);
    },
    lastMs: endless ? null : Math.max(0, ...passed.map((period) => period.toMs)),
    longestMs: Math.max(...[event, ...exceptionsOf(event)].map((one) => one.duration.toSeconds() * 1000)) + DAY_MS,
  };
}

/** Single dates of a series that are otherwise: moved, renamed, longer. */
const exceptionsOf = (event: ICAL.Event): ICAL.Event[] =>
  Object.values(event.exceptions as unknown as Record<string, ICAL.Event>);

/** A single date of a series may have been moved forward so far. */
const MOVED_MAX_MS = 31 * DAY_MS;

/** One of a series; where the series has an exception (moved, renamed, cancelled), that. */
function occurrence(event: ICAL.Event, time: ICAL.Time): Period[] {
  const { item, startDate, endDate } = event.getOccurrenceDetails(time);
  return isCancelled(item) ? [] : [periodOf(item, startDate, endDate)];
}

function periodOf(event: ICAL.Event, start: ICAL.Time, end: ICAL.Time): Period {
  // Times of a series keep no zone that the file does not describe.
  const zone = String(event.component.getFirstProperty("dtstart")?.getParameter("tzid") ?? "");
  const [from, to] = [momentOf(start, zone), momentOf(end, zone)];
  // Some programs write a day that ends on itself.
  const toMs = start.isDate ? Math.max(to.ms, from.ms + DAY_MS) : to.ms;
  const name = event.summary?.trim();
  return { fromMs: from.ms, toMs, wall: from.wall, name: name ? name : null };
}

/**
 * An instant, or wall time where no zone is given, `declared` included. Zones that this machine knows by name win over those described in
 * the file.
 */
function momentOf(time: ICAL.Time, declared = ""): { ms: number; wall: boolean } {
  const shown = Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second);
  if (time.isDate) return { ms: shown, wall: true };
  if (time.zone === ICAL.Timezone.utcTimezone) return { ms: shown, wall: false };
  const own = (time as { timezone?: string }).timezone ?? time.zone?.tzid;
  const named = own && own !== ICAL.Timezone.localTimezone.tzid ? own : declared;
  if (named && isZone(named)) return { ms: instantsOf(shown, named)[0]!, wall: false };
  if (!time.zone || time.zone === ICAL.Timezone.localTimezone) return { ms: shown, wall: true };
  return { ms: time.toUnixTime() * 1000, wall: false };
}
