// Rules between notices, channels and contacts of slipway.yml: what would lead nowhere is a mistake at its line.
import type { Problem } from "../../lib/error.ts";
import { nearest } from "../../lib/nearest.ts";
import { say } from "../../text/catalogue.ts";
import { NAME } from "./fields.ts";
import { CONTACT_ORDER } from "./notices.ts";
import type { ConfigFile } from "./schema.ts";
import { type Path, problem, type Source } from "./source.ts";

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
