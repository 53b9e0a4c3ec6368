// The server's own log: a JSON object per line, or a readable line on a terminal. Known secrets never get into it.
import { pino } from "pino";
import type { Ctx } from "../../core/ctx.ts";
import { AppError } from "../../lib/error.ts";
import { makeScrubber, type Scrub, scrubDeep } from "../../lib/scrub.ts";
import type { Text } from "../../lib/text.ts";
import { render } from "../../text/catalogue.ts";
import { clockSeconds } from "../../text/format.ts";

export type LogFields = Record<string, unknown>;

export interface ServerLog {
  /** Written where SLIPWAY_LOG_LEVEL says `debug`. */
  debug(text: Text, fields?: LogFields): void;
  info(text: Text, fields?: LogFields): void;
  warn(text: Text, fields?: LogFields): void;
  error(text: Text, error: unknown, fields?: LogFields): void;
  /** Secrets that are known from now on. */
  hide(values: readonly string[]): void;
}

/** `fields` go on every line: `server`, `project`. Times that people read are of the project's zone, those of JSON are UTC. */
export function openServerLog(
  { log, lang, clock, env }: Pick<Ctx, "log" | "lang" | "clock" | "env">,
  fields: LogFields,
  timezone: string,
): ServerLog {
  let scrub: Scrub = makeScrubber([]);
  // Field by field: a secret of digits may stand in a time or a number, and what is left must be JSON.
  const write = (line: string) => {
    const safe = `${JSON.stringify(scrubDeep(JSON.parse(line), (text) => scrub(text), OURS))}\n`;
    log.write(log.pretty ? readable(safe, timezone) : safe);
  };
  const logger = pino(
    {
      level: LEVELS.find((level) => level === env.SLIPWAY_LOG_LEVEL?.trim().toLowerCase()) ?? "info",
      base: fields,
      messageKey: "message",
      timestamp: () => `,"time":"${clock.now().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  );
  return {
    debug: (text, more = {}) => logger.debug({ event: text.id, ...more }, render(text, lang)),
    info: (text, more = {}) => logger.info({ event: text.id, ...more }, render(text, lang)),
    warn: (text, more = {}) => logger.warn({ event: text.id, ...more }, render(text, lang)),
    error: (text, error, more = {}) =>
      logger.error({ event: text.id, ...more, ...explained(error, lang) }, render(text, lang)),
    hide: (values) => {
      scrub = makeScrubber(values);
    },
  };
}

const LEVELS = ["debug", "info", "warn", "error"] as const;

/** Fields that hold nothing of anybody else's. */
const OURS = new Set(["level", "time", "event", "server"]);
/** The run's own log has all of them. */
const PROBLEMS_LOGGED_MAX = 5;

/** What went wrong; where it is our own mistake, also from where. */
function explained(error: unknown, lang: Ctx["lang"]): LogFields {
  if (error instanceof AppError) {
    const why = (error.details.facts ?? []).map(({ text }) => render(text, lang)).join("; ");
    const hint = error.details.hint ? render(error.details.hint, lang) : "";
    const problems = (error.details.problems ?? []).slice(0, PROBLEMS_LOGGED_MAX);
    return {
      code: error.code,
      error: render(error.text, lang),
      ...(problems.length ? { problems: problems.map(({ message }) => render(message, lang)) } : {}),
      ...(why ? { why } : {}),
      ...(hint ? { hint } : {}),
    };
  }
  return error instanceof Error ? { error: error.message, stack: error.stack } : { error: String(error) };
}

const SHOWN: Record<string, string> = { debug: "", info: "", warn: "! ", error: "x " };
const HIDDEN = new Set([
  ...["level", "time", "message", "event", "server", "project", "address", "stack", "code"],
  ...["method", "path", "status"],
]);

/** `09:14:31 run 412 started  job=daily environment=prod` */
function readable(line: string, timezone: string): string {
  const entry = JSON.parse(line) as LogFields;
  const { time } = clockSeconds(new Date(String(entry.time)), timezone);
  const rest = Object.entries(entry)
    .filter(([name, value]) => !HIDDEN.has(name) && value !== null)
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  return `${time} ${SHOWN[String(entry.level)] ?? ""}${String(entry.message)}${rest.length ? `  ${rest.join(" ")}` : ""}\n`;
}
