// The secrets that environments and jobs name: whether each is set, and opens with the key of this machine.
import { secretUses } from "../../core/config/secret-names.ts";
import type { DoctorCheck } from "../../core/views/upkeep.ts";
import { listSecrets } from "../../db/secrets.ts";
import { unseal } from "../../lib/seal.ts";
import { say } from "../../text/catalogue.ts";
import { findSecretKey } from "../secrets/secret-key.ts";
import { sealContext } from "../secrets/secrets.ts";
import type { Session } from "../session/session.ts";
import { ok, trouble } from "./check.ts";

/** One line for all that is well, one for each that is not; [] where none is named. Those of channels only: the channels' own check says so. */
export async function secretChecks(session: Session, hasState: boolean): Promise<DoctorCheck[]> {
  const uses = [...secretUses(session.place.config)]
    .map(([name, usedBy]) => ({ name, usedBy: usedBy.filter((user) => !user.startsWith("channel ")) }))
    .filter(({ usedBy }) => usedBy.length > 0);
  if (uses.length === 0) return [];
  const stored = hasState ? await listSecrets(await session.db(), (await session.project()).id) : [];
  const key = await findSecretKey(session.ctx);
  const troubles = uses.flatMap(({ name, usedBy }) => {
    const found = stored.find((one) => one.name === name);
    const remedy = say("secrets.missing_hint", { name });
    if (!found) return [trouble("secrets", say("secrets.wanted", { name, usedBy }), remedy)];
    if (key && unseal(key, sealContext(session.place.name, name), found.sealed) !== null) return [];
    return [
      trouble("secrets", say("secrets.not_opened", { name, key: found.keyId }), say("secrets.locked_hint", { name })),
    ];
  });
  return troubles.length > 0
    ? troubles
    : [ok("secrets", say("secrets.all_open", { names: uses.map((one) => one.name) }))];
}
