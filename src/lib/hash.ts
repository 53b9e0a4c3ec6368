// Hashes: SHA-256 for identities, base32 for names (lower case, no hyphen: safe unquoted in every warehouse).
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** Lower-case base32 (RFC 4648 alphabet, no padding) of bytes. */
export function base32(bytes: Uint8Array): string {
  let bits = 0;
  let value = 0;
  let out = "";
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      out += BASE32[(value >>> (bits - 5)) & 31];
      bits -= 5;
    }
    value &= (1 << bits) - 1;
  }
  if (bits > 0) out += BASE32[(value << (5 - bits)) & 31];
  return out;
}

/** SHA-256 of a text (UTF-8) or bytes, as 52 characters of base32. */
export function sha256(data: string | Uint8Array): string {
  return base32(createHash("sha256").update(data).digest());
}

/** SHA-256 of a file's bytes, streamed: files of any size. */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return base32(hash.digest());
}

/** JSON with sorted object keys: equal values give equal text, whatever the order they were written in. */
export function canonicalJson(value: unknown): string {
  return write(value) ?? "null";
}

/** undefined where JSON has nothing to say (undefined, functions). By hand: a replacer that sorts costs five times as much. */
function write(value: unknown): string | undefined {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if ("toJSON" in value && typeof value.toJSON === "function") return write(value.toJSON());
  if (Array.isArray(value)) return `[${value.map((item) => write(item) ?? "null").join(",")}]`;
  const parts: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const text = write((value as Record<string, unknown>)[key]);
    if (text !== undefined) parts.push(`${JSON.stringify(key)}:${text}`);
  }
  return `{${parts.join(",")}}`;
}
