// Sealing short texts: AES-256-GCM under a key, bound to a context; and keyed digests that tell equal texts without telling them.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";
import { base32 } from "./hash.ts";

export const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const ALGORITHM = "aes-256-gcm";

/** One key for each purpose, all made from one master key: what is learnt of one says nothing of the others. */
const derived = (master: Uint8Array, purpose: string): Buffer =>
  Buffer.from(hkdfSync("sha256", master, "", `slipway ${purpose}`, KEY_BYTES));

/** Names a key without telling anything about it. */
export const keyId = (master: Uint8Array): string => base32(derived(master, "key id")).slice(0, 8);

/** `context` (whose text this is) is not in the result, and must be the same again to open it. Every call gives another result. */
export function seal(master: Uint8Array, context: readonly string[], text: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, derived(master, "seal"), iv).setAAD(aad(context));
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString("base64");
}

/** Null when the key or the context is another one, or a single bit was changed. */
export function unseal(master: Uint8Array, context: readonly string[], sealed: string): string | null {
  const bytes = Buffer.from(sealed, "base64");
  if (bytes.length < IV_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv(ALGORITHM, derived(master, "seal"), bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  })
    .setAAD(aad(context))
    .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString("utf8");
  } catch {
    return null;
  }
}

/** Equal texts in one context give equal digests; without the key nobody can try which text it was. */
export const keyedDigest = (master: Uint8Array, context: readonly string[], text: string): string =>
  base32(createHmac("sha256", derived(master, "digest")).update(aad(context)).update("\0").update(text).digest());

const aad = (context: readonly string[]): Buffer => Buffer.from(JSON.stringify(context));
