// The channels of notices: whether each has what it needs. Nothing is sent; `slipway notify test` does that.
import { MAIL_SERVER } from "../../core/notices/mail-settings.ts";
import type { DoctorCheck } from "../../core/views/upkeep.ts";
import { listSecrets } from "../../db/secrets.ts";
import { say } from "../../text/catalogue.ts";
import type { Session } from "../session/session.ts";
import { ok, warning } from "./check.ts";

/** One line for all channels that have what they need, one for each that does not; [] where none is declared. */
export async function channelChecks(session: Session, hasState: boolean): Promise<DoctorCheck[]> {
  const { notices, contacts } = session.place.config;
  const channels = Object.entries(notices.channels);
  if (channels.length === 0) return [];
  const known = new Set(hasState ? await secretNamesOf(session) : []);
  const missing = channels.flatMap(([channel, settings]) =>
    secretsIn(settings)
      .filter((name) => !known.has(name))
      .map((name) => ({ channel, name })),
  );
  const mails = channels.some(([, { type }]) => type === "email") || Object.values(contacts).some(({ email }) => email);
  const server = session.ctx.env[MAIL_SERVER];
  return [
    ...missing.map(({ channel, name }) =>
      warning(
        "notices",
        say("doctor.channel_secret", { channel, name }),
        say("doctor.channel_secret_remedy", { name }),
      ),
    ),
    ...(mails && !server
      ? [warning("notices", say("doctor.no_mail_server"), say("doctor.no_mail_server_remedy"))]
      : []),
    ...(missing.length === 0 && (!mails || server)
      ? [ok("notices", say("doctor.channels", { names: channels.map(([name]) => name).join(", ") }))]
      : []),
  ];
}

const secretNamesOf = async (session: Session): Promise<string[]> =>
  (await listSecrets(await session.db(), (await session.project()).id)).map(({ name }) => name);

const secretsIn = (settings: object): string[] =>
  Object.values(settings).flatMap((value: unknown) =>
    typeof value === "object" && value !== null && "secret" in value ? [String(value.secret)] : [],
  );
