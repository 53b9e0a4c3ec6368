// A notice as a line of JSON at the end of a file.
import { appendFile, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { say } from "../text/catalogue.ts";
import type { Delivery, Letter } from "./delivery.ts";

export async function appendLine({ payload }: Letter, path: string, at: Date): Promise<Delivery> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await appendFile(path, `${JSON.stringify({ at: at.toISOString(), ...payload })}\n`, { mode: 0o640 });
    return { kind: "sent" };
  } catch (error) {
    return {
      kind: "retry",
      afterMs: null,
      why: say("notify.file", { path, reason: (error as NodeJS.ErrnoException).code ?? String(error) }),
    };
  }
}
