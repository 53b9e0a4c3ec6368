// Where the program itself lies: the folder that holds src/ (in a checkout) or dist/ (installed).
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/** The nearest folder above this file that holds the Python sidecar. */
export const programRoot: string =
  [resolve(here, "../../.."), resolve(here, "../../../..")].find((folder) => existsSync(join(folder, "sidecar"))) ??
  resolve(here, "../../..");
