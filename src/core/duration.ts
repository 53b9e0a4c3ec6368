// Durations as people write them: `2h`, `30m`, `1d12h`. Pure.

export const DURATION = /^(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m)?\s*(?:(\d+)s)?$/;

/** Milliseconds of `1d2h3m4s` (parts may be left out), or null when it is not a duration. */
export function durationMs(text: string): number | null {
  const parts = DURATION.exec(text.trim());
  if (!parts || parts.slice(1).every((part) => part === undefined)) return null;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

/** What a timer is given: of more than 24 days it would go off at once. */
export const timerMs = (ms: number): number => Math.min(ms, 2 ** 31 - 1);
