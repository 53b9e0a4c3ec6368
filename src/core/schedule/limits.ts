// Limits of schedules and calendars.

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** A schedule without a day in so many years never comes: 29 February skips eight years around 2100, and may fall on one weekday every 40. */
export const SCHEDULE_YEARS_MAX = 50;
/** A calendar of all holidays of a country over 50 years has some 900 entries. */
export const CALENDAR_BYTES_MAX = 5_000_000;
/** Steps of one recurring event up to the year that is asked for: a daily one since 1970 needs 25,000. */
export const RECURRENCES_MAX = 100_000;
/** Excluded periods that are passed on the way to the next run: more than a year of excluded days means that it does not come. */
export const PERIODS_PASSED_MAX = 400;
/** Days of zones whose offset is kept in memory: asking for it takes 10 microseconds, and a thousand schedules share a zone. */
export const STEADY_DAYS_MAX = 5_000;
/** Patterns of days (`1 * mon-fri`) that are kept in memory, and days of each: `job next` over 50 years begins anew. */
export const PATTERNS_KEPT_MAX = 500;
export const DAYS_KEPT_MAX = 1_000;
