// Which environment values are secret, and what of them may be shown. Pure.
import type { Config, EnvSource } from "./config.ts";

/** dbt itself keeps values of such names out of its logs, and out of models. */
const DBT_SECRET = /^DBT_ENV_SECRET/;
const SOUNDS_SECRET = /secret|passw|passphrase|token|credential|api_?key|access_?key|private/i;
const DIGEST = /^secret:[a-z2-7]{16}$/;

/** Stored secrets, and what dbt calls one: in keys and records a keyed digest stands for the value. */
export const digestedNames = (env: Readonly<Record<string, EnvSource>>): string[] =>
  Object.entries(env).flatMap(([name, source]) => (source.kind === "secret" || DBT_SECRET.test(name) ? [name] : []));

/** Besides those, names that sound like one: all of them are scrubbed from whatever is written. */
export const secretNames = (env: Readonly<Record<string, EnvSource>>): string[] =>
  Object.entries(env).flatMap(([name, source]) =>
    source.kind === "secret" || DBT_SECRET.test(name) || SOUNDS_SECRET.test(name) ? [name] : [],
  );

/** Who needs which secret, in the order of slipway.yml: `environment prod`, `job daily`, `channel team`. */
export function secretUses(config: Config): Map<string, string[]> {
  const uses = new Map<string, string[]>();
  const add = (name: string, user: string) => uses.set(name, [...new Set([...(uses.get(name) ?? []), user])]);
  for (const { name, env } of config.environments)
    for (const source of Object.values(env)) if (source.kind === "secret") add(source.name, `environment ${name}`);
  for (const [job, { env }] of Object.entries(config.jobs)) for (const name of namedIn(env)) add(name, `job ${job}`);
  for (const [channel, settings] of Object.entries(config.notices.channels))
    for (const name of namedIn(settings)) add(name, `channel ${channel}`);
  return uses;
}

/** Every `{ secret: name }` among the values of a map. */
const namedIn = (values: object): string[] =>
  Object.values(values).flatMap((value: unknown) =>
    value !== null && typeof value === "object" && "secret" in value ? [String(value.secret)] : [],
  );

/** What stands for a secret value in keys and records: tells only that two are equal. */
export const secretMark = (digest: string): string => `secret:${digest.slice(0, 16)}`;
export const isSecretMark = (value: unknown): boolean => typeof value === "string" && DIGEST.test(value);
