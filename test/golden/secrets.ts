// Views of secrets, from which the golden screens are drawn.
import type { SecretDoneView, SecretRow, SecretsView } from "../../src/core/views/secrets.ts";
import { base, minutesAgo } from "./base.ts";

const row = (name: string, usedBy: string[], opens = true): SecretRow => ({
  name,
  createdAt: minutesAgo(90_000),
  createdBy: "aoi (Aoi Tanaka)",
  updatedAt: minutesAgo(3_000),
  updatedBy: "aoi (Aoi Tanaka)",
  keyId: "k7f3q2m9",
  opens,
  usedBy,
});

export const secrets: SecretsView = {
  ...base,
  secrets: [
    row("api_key", ["environment prod", "environment staging", "job daily", "job hourly"]),
    row("old_key", [], false),
    row("slack_webhook", ["channel team"]),
  ],
  wanted: [{ name: "smtp", usedBy: ["channel mail", "job daily"] }],
};

export const secretSet: SecretDoneView = {
  ...base,
  action: "set",
  name: "api_key",
  isNew: true,
  keyId: "k7f3q2m9",
  keyMade: "/srv/aoi/.config/slipway/secret.key",
  usedBy: ["job daily"],
};
