// What keeps secrets out of everything that is written: a scrubber that knows the values an environment's runs may have seen.
import type { EnvironmentConfig } from "../../core/config/config.ts";
import { secretNames } from "../../core/config/secret-names.ts";
import { listSecrets, type SealedSecret } from "../../db/secrets.ts";
import type { Profile } from "../../dbt/profile.ts";
import { makeScrubber, type Scrub } from "../../lib/scrub.ts";
import { unseal } from "../../lib/seal.ts";
import type { Session } from "../session/session.ts";
import { declaredEnv } from "./declared-env.ts";
import { findSecretKey } from "./secret-key.ts";
import { sealContext } from "./secrets.ts";

/**
 * Takes out of a text all stored secrets that open here, declared values that are secret by their name, and the profile's passwords.
 * Never throws: what cannot be known now is left out.
 */
export async function secretScrubber(session: Session, environment: EnvironmentConfig): Promise<Scrub> {
  const profile = await session.profile(environment).catch(() => null);
  return makeScrubber([
    ...(await storedSecrets(session)),
    ...(await declaredSecrets(session, environment)),
    ...(profile ? profileSecrets(profile) : []),
  ]);
}

/** What dbt is given of it: values of the environment that are secret. One that cannot be had leaves the others. */
export async function declaredSecrets(session: Session, environment: EnvironmentConfig): Promise<string[]> {
  const values = secretNames(environment.env).map(async (name) => {
    const one = { ...environment, env: { [name]: environment.env[name]! } };
    return Object.values(await declaredEnv(session, one).catch(() => ({})));
  });
  return (await Promise.all(values)).flat();
}

/** Values of the project's stored secrets; those that this machine's key does not open are left out. */
export async function storedSecrets(session: Session): Promise<string[]> {
  const secrets = await listSecrets(await session.db(), (await session.project()).id).catch(() => []);
  const key = secrets.length === 0 ? null : await findSecretKey(session.ctx).catch(() => null);
  const open = ({ name, sealed }: SealedSecret) => key && unseal(key, sealContext(session.place.name, name), sealed);
  return secrets.map(open).filter((value) => value !== null);
}

function profileSecrets({ output, secretKeys }: Pick<Profile, "output" | "secretKeys">): string[] {
  const at = (path: string): unknown =>
    path.split(".").reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], output);
  return secretKeys.map(at).flatMap((value) => (typeof value === "string" ? [value] : []));
}
