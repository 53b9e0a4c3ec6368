// A mail by SMTP: TLS, log-in, threads by References. What the server says decides whether it is tried again.
import { createTransport } from "nodemailer";
import { LOGIN_RETRY_MS } from "../core/notices/limits.ts";
import { plainLines } from "../core/notices/plain.ts";
import { makeScrubber } from "../lib/scrub.ts";
import { say } from "../text/catalogue.ts";
import type { Delivery, Letter, Target } from "./delivery.ts";
import { ANSWER_CHARACTERS_MAX, CONNECT_TIMEOUT_MS, MAIL_ANSWER_TIMEOUT_MS, MAIL_TIMEOUT_MS } from "./limits.ts";
import { mailHtml } from "./mail-html.ts";
import { mailSocket } from "./mail-socket.ts";
import { unescaped } from "./unescaped.ts";

type Mailbox = Extract<Target, { type: "email" }>;

interface Way {
  signal: AbortSignal;
  answerMs?: number;
  wholeMs?: number;
}

/** `answerMs`: for each answer of the server; `wholeMs`: for all of them together, after which it counts as not sent. */
export async function sendMail(
  letter: Letter,
  mailbox: Mailbox,
  { signal, answerMs = MAIL_ANSWER_TIMEOUT_MS, wholeMs = MAIL_TIMEOUT_MS }: Way,
): Promise<Delivery> {
  const server = serverOf(mailbox.server);
  if (server === null) return { kind: "retry", afterMs: null, why: say("notify.bad_server") };
  const from = mailbox.from ?? senderOf(server);
  const whole = AbortSignal.timeout(wholeMs);
  const transport = createTransport({
    ...server,
    tls: { ...(mailbox.ca === null ? {} : { ca: mailbox.ca }) },
    connectionTimeout: CONNECT_TIMEOUT_MS,
    getSocket: (_options: object, done: (error: Error | null, socket: object) => void) =>
      void mailSocket(server.host, server.port, CONNECT_TIMEOUT_MS).then(
        (connection) => done(null, { connection }),
        (error: Error) => done(error, {}),
      ),
    greetingTimeout: answerMs,
    socketTimeout: answerMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({ ...mailOf(letter, from, mailbox.to), signal: AbortSignal.any([signal, whole]) });
    return { kind: "sent" };
  } catch (error) {
    const seconds = wholeMs / 1000;
    if (whole.aborted)
      return { kind: "retry", afterMs: null, why: say("notify.too_late", { host: server.host, seconds }) };
    return failure(error as SmtpError, server);
  } finally {
    transport.close();
  }
}

interface Server {
  host: string;
  port: number;
  /** TLS from the first byte. */
  secure: boolean;
  /** Refuses to go on without STARTTLS: a password never travels in the clear, except to this machine. */
  requireTLS: boolean;
  auth?: { user: string; pass: string };
}

/** `smtps://user:password@host:465`, `smtp://host:587`. */
function serverOf(url: string): Server | null {
  if (!URL.canParse(url)) return null;
  const { protocol, hostname, port, username, password } = new URL(url);
  if ((protocol !== "smtp:" && protocol !== "smtps:") || hostname === "") return null;
  const secure = protocol === "smtps:";
  const host = hostname.replace(/^\[|\]$/g, "");
  const local = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host);
  return {
    host,
    port: Number(port || (secure ? 465 : 587)),
    secure,
    requireTLS: !secure && username !== "" && !local,
    ...(username === "" ? {} : { auth: { user: unescaped(username), pass: unescaped(password) } }),
  };
}

/** Where the channel names no sender: the account, where that is an address. */
const senderOf = ({ host, auth }: Server): string =>
  auth?.user.includes("@") ? auth.user : `slipway@${/^[\d.]+$|:/.test(host) ? "localhost" : host}`;

function mailOf({ id, thread, message }: Letter, from: string, to: string) {
  const domain = from.split("@")[1] ?? "localhost";
  const root = `<${thread}@${domain}>`;
  const first = message.kind === "opened" || message.kind === "test";
  return {
    from: { name: "Slipway", address: from },
    to,
    subject: message.subject,
    text: `${plainLines(message).join("\n")}\n`,
    html: mailHtml(message),
    messageId: first ? root : `<${id}@${domain}>`,
    ...(first ? {} : { inReplyTo: root, references: [root] }),
    headers: { "Auto-Submitted": "auto-generated", "X-Slipway-Alert": message.alert || "test", "X-Slipway-Notice": id },
    textEncoding: "base64" as const,
  };
}

interface SmtpError extends Error {
  code?: string;
  responseCode?: number;
  response?: string;
}

/** 4xx may pass (greylisting), 5xx will not; what never got an answer may. A refused log-in is tried again, rarely. */
function failure(error: SmtpError, { host, auth }: Server): Delivery {
  const line = (error.response ?? error.message)
    .split(/\r?\n/)[0]!
    .replace(/\p{Cc}/gu, " ")
    .trim();
  // Some servers repeat what they refuse.
  const scrub = makeScrubber(auth ? [auth.pass, `\0${auth.user}\0${auth.pass}`] : []);
  const why = say("notify.mail_server", { host, said: scrub(line).slice(0, ANSWER_CHARACTERS_MAX) });
  const code = error.responseCode ?? 0;
  const mayPass = code < 500 || code > 599;
  if (error.code === "EAUTH" && !(code >= 400 && code < 500)) return { kind: "retry", afterMs: LOGIN_RETRY_MS, why };
  return mayPass ? { kind: "retry", afterMs: null, why } : { kind: "refused", why };
}
