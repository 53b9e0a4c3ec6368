// Who is told of an alert: routes, contacts, silences. Pure.

import type { Config } from "../config/config.ts";
import { CONTACT_ORDER } from "../config/notices.ts";
import type { Condition, Matchers, Silence } from "./alert.ts";

export type NoticeRules = Pick<Config, "notices" | "contacts" | "lang">;
export type Channel = Config["notices"]["channels"][string];
export type Contact = Config["contacts"][string] & { place: (typeof CONTACT_ORDER)[number] };
type Routed = Pick<Condition, "severity" | "environment" | "job" | "owners" | "tags">;

/** A place that takes a message. */
export interface Recipient {
  /** Name in slipway.yml, or `contacts.primary`. */
  channel: string;
  /** An address; empty where the channel is the place. */
  recipient: string;
}

/** Contacts in the order in which they are called. */
export const contactsOf = ({ contacts }: NoticeRules): Contact[] =>
  CONTACT_ORDER.flatMap((place) => (contacts[place] ? [{ ...contacts[place], place }] : []));

/** Places of every route that matches, each once. Without routes critical and warning go to every channel. */
export function routed(alert: Routed, { notices }: NoticeRules): Recipient[] {
  const all = Object.keys(notices.channels);
  const plain = alert.severity === "info" ? [] : all;
  const names =
    notices.routes.length === 0 ? plain : notices.routes.filter((route) => leads(route, alert)).flatMap(({ to }) => to);
  return [...new Set(names)].flatMap((name) => placesOf(name, notices.channels[name]));
}

const placesOf = (name: string, channel: Channel | undefined): Recipient[] =>
  channel?.type === "email"
    ? [...new Set(channel.to)].map((recipient) => ({ channel: name, recipient }))
    : channel
      ? [{ channel: name, recipient: "" }]
      : [];

type Route = NoticeRules["notices"]["routes"][number];

const leads = ({ severity, environment, job, owner, tag }: Route, alert: Routed): boolean =>
  covers(
    {
      alert: null,
      severity: severity ?? null,
      environment: environment ?? null,
      job: job ?? null,
      owner: owner ?? null,
      tag: tag ?? null,
    },
    { ...alert, id: 0 },
  );

/** Every condition that is given holds. */
export const covers = (matchers: Matchers, alert: Routed & { id: number }): boolean =>
  (matchers.alert === null || matchers.alert === alert.id) &&
  (matchers.severity === null || matchers.severity === alert.severity) &&
  (matchers.environment === null || matchers.environment === alert.environment) &&
  (matchers.job === null || matchers.job === alert.job) &&
  (matchers.owner === null || alert.owners.includes(matchers.owner)) &&
  (matchers.tag === null || alert.tags.includes(matchers.tag));

/** Until when nobody is told of it; null: it is not silenced. */
export function silencedUntil(alert: Routed & { id: number }, silences: readonly Silence[]): Date | null {
  const ends = silences.filter(({ matchers }) => covers(matchers, alert)).map(({ until }) => until);
  return ends.length === 0 ? null : ends.reduce((a, b) => (a > b ? a : b));
}

/** The places of the contacts up to `level`, where they have an address of their own that is not told already. */
export function contactPlaces(contacts: readonly Contact[], level: number, told: readonly Recipient[]): Recipient[] {
  const known = new Set(told.map(({ recipient }) => recipient.toLowerCase()));
  return contacts.slice(0, level + 1).flatMap(({ place, email }) => {
    if (email === undefined || known.has(email.toLowerCase())) return [];
    known.add(email.toLowerCase());
    return [{ channel: `contacts.${place}`, recipient: email }];
  });
}
