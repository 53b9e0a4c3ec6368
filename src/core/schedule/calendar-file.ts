// A calendar as a file: iCal or a list. Apart from the rest, because reading iCal loads a library that most commands never need (24 ms).
import { say } from "../../text/catalogue.ts";
import { type Calendar, calendarOf, listedDays, unreadable } from "./calendar.ts";
import { icalEvents } from "./ical.ts";
import { CALENDAR_BYTES_MAX } from "./limits.ts";

/** AppError `invalid` with the line that means nothing. `file`: the name people see. */
export function parseCalendar(text: string, file: string): Calendar {
  if (text.length > CALENDAR_BYTES_MAX)
    throw unreadable(say("schedule.calendar_too_large", { file, megabytes: CALENDAR_BYTES_MAX / 1e6 }));
  const plain = text.replace(/^\ufeff/, "");
  const events = /^\s*BEGIN:VCALENDAR/i.test(plain) ? icalEvents(plain, file) : listedDays(plain, file);
  if (events.length === 0) throw unreadable(say("schedule.calendar_empty", { file }));
  return calendarOf(events, file);
}
