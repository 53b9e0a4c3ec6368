// Views of secrets: names and dates, never a value.
import type { ViewBase } from "./base.ts";

export interface SecretsView extends ViewBase {
  secrets: SecretRow[];
  /** What slipway.yml names and nobody has set yet. */
  wanted: { name: string; usedBy: string[] }[];
}

export interface SecretRow {
  name: string;
  createdAt: Date;
  createdBy: string;
  updatedAt: Date;
  updatedBy: string;
  /** Names the key that seals it. */
  keyId: string;
  /** This machine's key opens it. */
  opens: boolean;
  /** `environment prod`, `job daily`, `channel team`; [] when nothing does. */
  usedBy: string[];
}

export interface SecretDoneView extends ViewBase {
  action: "set" | "removed";
  name: string;
  /** Of `set`: there was none of that name. */
  isNew: boolean;
  keyId: string | null;
  /** Key file that was made now; null when the key was there. */
  keyMade: string | null;
  usedBy: string[];
}
