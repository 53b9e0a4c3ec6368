// Notices and contacts of slipway.yml, as written (snake_case).
import { z } from "zod";
import { say } from "../../text/catalogue.ts";
import { strict } from "./fields.ts";

const secretOrText = z.union([z.string().min(1), strict({ secret: z.string().min(1) })]);
const lang = z.enum(["en", "ja"]).optional();
const address = z.string().refine((text) => ADDRESS.test(text), { params: { text: say("config.bad_address") } });
const ADDRESS = /^[^\s@<>(),;:"]+@[^\s@<>(),;:"]+$/;

const channel = z
  .union([
    strict({ type: z.literal("email"), to: z.array(address).min(1), from: address.optional(), lang }),
    strict({ type: z.enum(["slack", "teams"]), webhook_url: secretOrText, lang }),
    strict({ type: z.literal("webhook"), webhook_url: secretOrText, signing_secret: secretOrText, lang }),
    strict({ type: z.literal("log"), path: z.string().min(1), lang }),
  ])
  .describe(
    "`{ type: email, to: [..], from: .. }`, `{ type: slack | teams, webhook_url: .. }`, `{ type: webhook, webhook_url: .., signing_secret: .. }` or `{ type: log, path: .. }`, each with `lang` if wanted",
  );

export const channels = z.record(z.string(), channel);

export const routes = z.array(
  strict({
    severity: z.enum(["critical", "warning", "info"]).optional(),
    environment: z.string().optional(),
    job: z.string().optional(),
    owner: z.string().optional().describe("of a model or source that fails (`meta.owner`, or its group's)"),
    tag: z.string().optional().describe("of a model or test that fails"),
    to: z.array(z.string().min(1)).min(1).describe("channels"),
  }),
);

export const contacts = z.record(
  z.string(),
  strict({
    name: z.string().min(1),
    email: address.optional(),
    phone: z.string().optional(),
    slack: z.string().optional(),
  }),
);

/** Whom an unacknowledged critical alert goes to, in this order. */
export const CONTACT_ORDER = ["primary", "secondary", "escalation"] as const;
