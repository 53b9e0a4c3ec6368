// `slipway secret set|list|remove`: values go in and never come out again.

import { NAME } from "../core/config/fields.ts";
import { secretUses } from "../core/config/secret-names.ts";
import type { ActRequest } from "../core/flow.ts";
import type { SecretDoneView, SecretsView } from "../core/views/secrets.ts";
import { findSecret, listSecrets, removeSecret, type SealedSecret, saveSecret } from "../db/secrets.ts";
import { ensureSecretKey, findSecretKey, SECRET_KEY_NAME, secretKeyFile } from "../flow/secrets/secret-key.ts";
import { sealContext } from "../flow/secrets/secrets.ts";
import type { Session } from "../flow/session/session.ts";
import { AppError, type Problem } from "../lib/error.ts";
import { SCRUBBED_LENGTH_MIN } from "../lib/scrub.ts";
import { keyId, seal, unseal } from "../lib/seal.ts";
import { say } from "../text/catalogue.ts";

/** A private key has 4 kB, a service account's file 3 kB; more belongs into a file. */
const VALUE_BYTES_MAX = 64_000;

export async function secretSet(
  session: Session,
  { name, reason }: { name: string } & ActRequest,
): Promise<SecretDoneView> {
  if (!NAME.test(name))
    throw new AppError("invalid", say("secrets.bad_name", { name }), { hint: say("secrets.bad_name_hint") });
  const { ctx, place } = session;
  const [db, { id: projectId }] = [await session.db(), await session.project()];
  const hadKey = (await findSecretKey(ctx)) !== null;
  const stored = await listSecrets(db, projectId);
  // Before it asks: a value typed in vain is typed twice.
  const key = hadKey || stored.length === 0 ? await ensureSecretKey(ctx) : await findSecretKey(ctx);
  refuseOtherKey(stored, name, key && keyId(key));
  const value = await givenValue(session, name);
  const sealed = seal(key!, sealContext(place.name, name), value);
  const before = stored.find((one) => one.name === name);
  const audit = auditOf(await session.actor(), "secret.set", name, reason);
  await saveSecret(db, { projectId, name, sealed, keyId: keyId(key!) }, audit);
  const usedBy = secretUses(place.config).get(name) ?? [];
  return {
    ...base(session),
    problems: [
      ...shortProblem(name, value),
      ...(usedBy.length === 0 ? [warning("unused", say("secrets.unused", { name }))] : []),
    ],
    action: "set",
    name,
    isNew: before === undefined,
    keyId: keyId(key!),
    keyMade: hadKey || ctx.env[SECRET_KEY_NAME] ? null : secretKeyFile(ctx),
    usedBy,
  };
}

export async function secretList(session: Session): Promise<SecretsView> {
  const secrets = await listSecrets(await session.db(), (await session.project()).id);
  const uses = secretUses(session.place.config);
  const key = secrets.length === 0 ? null : await findSecretKey(session.ctx);
  const opens = ({ name, sealed }: SealedSecret) =>
    key !== null && unseal(key, sealContext(session.place.name, name), sealed) !== null;
  return {
    ...base(session),
    secrets: secrets.map(({ sealed, ...rest }) => ({
      ...rest,
      opens: opens({ sealed, ...rest }),
      usedBy: uses.get(rest.name) ?? [],
    })),
    wanted: [...uses]
      .filter(([name]) => !secrets.some((one) => one.name === name))
      .map(([name, usedBy]) => ({ name, usedBy })),
  };
}

export async function secretRemove(session: Session, request: { name: string } & ActRequest): Promise<SecretDoneView> {
  const { name } = request;
  const [db, { id: projectId }] = [await session.db(), await session.project()];
  const found = await findSecret(db, projectId, name);
  const usedBy = secretUses(session.place.config).get(name) ?? [];
  const proposal = {
    kind: "secret_remove",
    name,
    usedBy,
    ask: usedBy.length > 0,
    irreversible: false,
    environment: "",
  } as const;
  const { reason } = found ? await session.ctx.approve(proposal) : { reason: null };
  await removeSecret(
    db,
    projectId,
    name,
    auditOf(await session.actor(), "secret.removed", name, reason ?? request.reason),
  );
  return { ...base(session), problems: [], action: "removed", name, isNew: false, keyId: null, keyMade: null, usedBy };
}

const base = (session: Session) => ({
  outcome: "done" as const,
  timezone: session.place.config.timezone,
  at: session.ctx.clock.now(),
  problems: [] as Problem[],
});

const auditOf = (who: string, what: string, name: string, why: string | null) => ({
  who,
  what,
  subject: `secret ${name}`,
  why,
  details: {},
});

/** One project, one key: with two of them no machine could run all of it. */
function refuseOtherKey(stored: SealedSecret[], name: string, here: string | null): void {
  const others = stored.filter((one) => one.name !== name && one.keyId !== here);
  if (others.length === 0 && (here !== null || stored.length === 0)) return;
  const names = (others.length > 0 ? others : stored).map((one) => one.name);
  const sealed = (others[0] ?? stored[0])!.keyId;
  throw new AppError("conflict", say("secrets.other_key", { names, sealed, here: here ?? "-" }), {
    hint: say("secrets.other_key_hint"),
  });
}

async function givenValue(session: Session, name: string): Promise<string> {
  const value = (await session.ctx.askSecret(say("secrets.ask", { name }))).replace(/\r?\n$/, "");
  if (value === "")
    throw new AppError("invalid", say("secrets.empty", { name }), { hint: say("secrets.empty_hint", { name }) });
  if (Buffer.byteLength(value) > VALUE_BYTES_MAX)
    throw new AppError("invalid", say("secrets.too_long", { name, bytes: VALUE_BYTES_MAX }));
  return value;
}

const shortProblem = (name: string, value: string): Problem[] =>
  value.length < SCRUBBED_LENGTH_MIN
    ? [warning("short", say("secrets.short", { name, least: SCRUBBED_LENGTH_MIN }))]
    : [];

const warning = (code: string, message: Problem["message"]): Problem => ({ code, severity: "warning", message });
