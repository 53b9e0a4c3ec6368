// The key that opens secrets: SLIPWAY_SECRET_KEY, else a file of the user's that is made when it is first needed. Never in the database.
import { randomBytes } from "node:crypto";
import { mkdir, readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import type { Ctx } from "../../core/ctx.ts";
import { AppError } from "../../lib/error.ts";
import { KEY_BYTES } from "../../lib/seal.ts";
import { createFile } from "../../lib/whole-file.ts";
import { say } from "../../text/catalogue.ts";

export const SECRET_KEY_NAME = "SLIPWAY_SECRET_KEY";

/** Where the key is when the environment does not give it: with the user, not with the project or its state, so that a copy of those tells nothing. */
export function secretKeyFile({ env }: Pick<Ctx, "env">): string {
  // Empty or relative it counts as not set: the file would stand in the folder where one happens to be, perhaps the project's.
  const given = env.XDG_CONFIG_HOME ?? "";
  const config = isAbsolute(given) ? given : join(env.HOME || homedir(), ".config");
  return join(config, "slipway", "secret.key");
}

/** The key, or null where there is none yet. AppError `invalid` when what stands there is no key, `unauthorized` when others may read it. */
export async function findSecretKey(ctx: Ctx): Promise<Buffer | null> {
  const given = ctx.env[SECRET_KEY_NAME];
  if (given) return readKey(given, SECRET_KEY_NAME);
  const file = secretKeyFile(ctx);
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
    throw new AppError("upstream", say("secrets.key_unreadable", { file, problem: error.message }), { cause: error });
  });
  if (text === null) return null;
  const { mode } = await stat(file);
  if ((mode & 0o077) !== 0)
    throw new AppError("unauthorized", say("secrets.key_open", { file }), {
      hint: say("secrets.key_open_hint", { file }),
    });
  return readKey(text, file);
}

/** The key; a new file where there is none. Of two that make it at once both get the one that was there first. */
export async function ensureSecretKey(ctx: Ctx): Promise<Buffer> {
  const known = await findSecretKey(ctx);
  if (known) return known;
  const file = secretKeyFile(ctx);
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await createFile(file, `${randomBytes(KEY_BYTES).toString("base64")}\n`, 0o600);
  } catch (error) {
    const problem = (error as Error).message;
    throw new AppError("upstream", say("secrets.key_unreadable", { file, problem }), {
      hint: say("secrets.key_env_hint"),
      cause: error,
    });
  }
  return (await findSecretKey(ctx))!;
}

/** 32 bytes as base64 or hex. */
function readKey(text: string, where: string): Buffer {
  const word = text.trim();
  const key = /^[0-9a-f]{64}$/i.test(word) ? Buffer.from(word, "hex") : Buffer.from(word, "base64");
  if (key.length === KEY_BYTES) return key;
  throw new AppError("invalid", say("secrets.key_invalid", { where }), { hint: say("secrets.key_env_hint") });
}
