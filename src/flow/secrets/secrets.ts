// Reading secrets: opened in memory for whoever needs the value. In keys and records a keyed digest stands for it.
import { secretMark } from "../../core/config/secret-names.ts";
import { findSecret } from "../../db/secrets.ts";
import { AppError } from "../../lib/error.ts";
import { keyedDigest, keyId, unseal } from "../../lib/seal.ts";
import { say } from "../../text/catalogue.ts";
import type { Session } from "../session/session.ts";
import { ensureSecretKey, findSecretKey } from "./secret-key.ts";

/** What a sealed value is bound to: a row copied to another project or name does not open. */
export const sealContext = (project: string, name: string): string[] => ["slipway-secret/1", project, name];

/** The value. AppError `not_found` when it was never set, `unauthorized` when this machine's key does not open it. */
export async function readSecret(session: Session, name: string): Promise<string> {
  const found = await findSecret(await session.db(), (await session.project()).id, name);
  if (!found)
    throw new AppError("not_found", say("secrets.missing", { name }), { hint: say("secrets.missing_hint", { name }) });
  const key = await findSecretKey(session.ctx);
  const value = key && unseal(key, sealContext(session.place.name, name), found.sealed);
  if (value !== null) return value;
  throw new AppError("unauthorized", say("secrets.locked", { name, sealed: found.keyId, here: key && keyId(key) }), {
    hint: say("secrets.locked_hint", { name }),
  });
}

/** A short text that stands for a value in keys and records: it changes when the value changes, and tells nothing else. */
export async function secretDigest(session: Session, value: string): Promise<string> {
  const key = await ensureSecretKey(session.ctx);
  return secretMark(keyedDigest(key, ["slipway-digest/1", session.place.name], value));
}
