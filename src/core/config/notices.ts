// Notices and contacts of slipway.yml, as written (snake_case), and the rules between them.
import { z } from "zod";
import type { Problem } from "../../lib/error.ts";
import { nearest } from "../../lib/nearest.ts";
import { say } from "../../text/catalogue.ts";
import { NAME, strict } from "./fields.ts";
import type { ConfigFile } from "./schema.ts";
import { type Path, problem, type Source } from "./source.ts";

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

/** Routes and contacts that would lead nowhere; [] when all is well. */
export function noticeRules(file: ConfigFile, source: Source): Problem[] {
  return [
    ...channelNames(file, source),
    ...file.notices.routes.flatMap((_, at) => routeRules(file, source, at)),
    ...contactRules(file, source),
  ];
}

const channelNames = (file: ConfigFile, source: Source): Problem[] =>
  Object.keys(file.notices.channels)
    .filter((name) => !NAME.test(name))
    .map((name) =>
      problem("bad_name", say("config.bad_name", { name }), source.where(["notices", "channels", name], true)),
    );

function routeRules(file: ConfigFile, source: Source, at: number): Problem[] {
  const route = file.notices.routes[at]!;
  const path: Path = ["notices", "routes", at];
  const known = (kind: "channel" | "environment" | "job", names: string[], name: string | undefined, place: Path) =>
    name === undefined || names.includes(name) ? [] : [unknown(kind, name, names, source.where(place))];
  const channels = Object.keys(file.notices.channels);
  return [
    ...route.to.flatMap((name, index) => known("channel", channels, name, [...path, "to", index])),
    ...known("environment", Object.keys(file.environments), route.environment, [...path, "environment"]),
    ...known("job", Object.keys(file.jobs), route.job, [...path, "job"]),
  ];
}

function unknown(
  kind: "channel" | "environment" | "job",
  name: string,
  names: string[],
  where: ReturnType<Source["where"]>,
) {
  const near = nearest(name, names);
  const hint = near ? say("config.did_you_mean", { name: near }) : say("config.route_knows", { kind, names });
  return problem(`unknown_${kind}`, say("config.route_unknown", { kind, name }), where, hint);
}

function contactRules(file: ConfigFile, source: Source): Problem[] {
  const order: readonly string[] = CONTACT_ORDER;
  const names = Object.keys(file.contacts);
  return names.flatMap((name) => {
    const where = source.where(["contacts", name], true);
    const near = nearest(name, order);
    if (!order.includes(name)) {
      const hint = near
        ? say("config.did_you_mean", { name: near })
        : say("config.contacts_are", { names: [...order] });
      return [problem("unknown_contact", say("config.unknown_contact", { name }), where, hint)];
    }
    const before = order[order.indexOf(name) - 1];
    if (before !== undefined && !names.includes(before))
      return [problem("contact_order", say("config.contact_order", { name, before }), where)];
    const { email, phone, slack } = file.contacts[name]!;
    return email || phone || slack
      ? []
      : [problem("contact_without_way", say("config.contact_without_way", { name }), where)];
  });
}
