// Small building blocks of the schema of slipway.yml: objects that know their keys, durations, sizes, names, zones.
import { z } from "zod";
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import { DURATION, durationMs } from "../duration.ts";

/** An object that refuses unknown keys. The list of known keys travels as the message, for "did you mean". */
export function strict<S extends z.core.$ZodShape>(shape: S): z.ZodObject<z.util.Writeable<S>, z.core.$strict> {
  const known = JSON.stringify(Object.keys(shape));
  return z.strictObject(shape, { error: (issue) => (issue.code === "unrecognized_keys" ? known : undefined) });
}

/** A check with its own text in the catalogue, which `problems.ts` takes from `params.text`. */
function refused(text: Text) {
  return { params: { text } };
}

/** Letters of any script, digits, `_` and `-`; a letter first: names become schema parts, addresses and words of commands. */
export const NAME = /^\p{L}[\p{L}\p{N}_-]{0,62}$/u;
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export const environmentName = z
  .string()
  .refine((name) => ENV_NAME.test(name), refused(say("config.bad_env_name")))
  .meta({ pattern: ENV_NAME.source });

/** Not Slipway's own: whatever begins with its name is. */
const OWN_SCHEMA = /^(?!slipway)[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/** A schema of the warehouse that belongs to the team. */
export const ownSchema = z
  .string()
  .refine((name) => OWN_SCHEMA.test(name), refused(say("config.bad_schema")))
  .meta({ pattern: OWN_SCHEMA.source, examples: ["dbt_evidence"] });

/** `2h`, `30m`, `1d12h`. */
export const duration = z
  .string()
  .refine((text) => durationMs(text) !== null, refused(say("config.bad_duration")))
  .meta({ pattern: DURATION.source, examples: ["30m", "2h", "1d"] });

const SIZE = /^(\d+(?:\.\d+)?)\s*(B|kB|KB|MB|GB|TB)$/;
const SIZE_UNITS: Record<string, number> = { B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** `200 GB`; 1 GB is 10^9 bytes. */
export const size = z
  .string()
  .refine((text) => sizeBytes(text) !== null, refused(say("config.bad_size")))
  .meta({ pattern: SIZE.source, examples: ["200 GB"] });

/** Bytes of `1.5 GB`, or null when it is not a size. */
export function sizeBytes(text: string): number | null {
  const parts = SIZE.exec(text.trim());
  return parts ? Math.round(Number(parts[1]) * SIZE_UNITS[parts[2]!]!) : null;
}

/** An IANA time zone that this machine knows. */
export const timezone = z
  .string()
  .refine(isTimezone, refused(say("config.bad_timezone")))
  .meta({ examples: ["Asia/Tokyo", "UTC"] });

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
}

/** A value given in place, taken from another environment value of Slipway's, or a stored secret. */
const envValue = z
  .union([
    z.string(),
    z.number(),
    z.boolean(),
    strict({ from: environmentName }),
    strict({ secret: z.string().min(1) }),
  ])
  .describe("a text, `{ from: OTHER_NAME }` or `{ secret: name }`");

export const envMap = z.record(environmentName, envValue);
