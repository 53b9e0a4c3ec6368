// The name of this installation: what keeps two Slipways on one warehouse apart.
import { randomBytes } from "node:crypto";
import { base32 } from "../lib/hash.ts";
import type { Db } from "./db.ts";

const idCharacters = 12;

/** Twelve random characters of base32, made once and never changed. */
export async function installationId(db: Db): Promise<string> {
  const known = () => db.kysely.selectFrom("installation").select("id").executeTakeFirst();
  const found = await known();
  if (found) return found.id;
  const id = base32(randomBytes(10)).slice(0, idCharacters);
  await db.kysely
    .insertInto("installation")
    .values({ id, createdAt: db.clock.now() })
    .onConflict((conflict) => conflict.column("one").doNothing())
    .execute();
  return (await known())?.id ?? id; // Another process may have been faster.
}
