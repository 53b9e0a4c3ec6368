// Environment values that project code may see: found where slipway.yml says, and as they may enter keys and records.
import type { EnvironmentConfig, EnvSource } from "../../core/config/config.ts";
import { digestedNames } from "../../core/config/secret-names.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import type { Session } from "../session/session.ts";
import { readSecret, secretDigest } from "./secrets.ts";

/** Values that project code may see by env_var(). AppError `invalid` when a declared name has no value, `not_found` for a missing secret. */
export async function declaredEnv(session: Session, environment: EnvironmentConfig): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, source] of Object.entries(environment.env))
    found[name] = await envValue(session, name, source, environment.name);
  return found;
}

/** The same as it goes into keys, fingerprints and records: a keyed digest stands for what is secret. */
export async function keyedEnv(session: Session, environment: EnvironmentConfig): Promise<Record<string, string>> {
  const env = await declaredEnv(session, environment);
  for (const name of digestedNames(environment.env)) env[name] = await secretDigest(session, env[name] ?? "");
  return env;
}

async function envValue(session: Session, name: string, source: EnvSource, environment: string): Promise<string> {
  if (source.kind === "literal") return source.value;
  if (source.kind === "secret") return readSecret(session, source.name);
  const value = session.ctx.env[source.name];
  if (value !== undefined) return value;
  throw new AppError("invalid", say("flow.env_missing", { name, environment }), {
    hint: say("flow.env_missing_hint", { name: source.name }),
  });
}
