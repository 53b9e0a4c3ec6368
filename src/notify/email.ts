// A mail by SMTP: TLS, log-in, threads by References. What the server says decides whether it is tried again.
import { createTransport } from "nodemailer";
import { LOGIN_RETRY_MS } from "../core/notices/limits.ts";
import { plainLines } from "../core/notices/plain.ts";
import { say } from "../text/catalogue.ts";
import type { Delivery, Letter, Target } from "./delivery.ts";
import { ANSWER_CHARACTERS_MAX, CONNECT_TIMEOUT_MS } from "./limits.ts";
import { mailHtml } from "./mail-html.ts";

type Mailbox = Extract<Target, { type: "email" }>;

export async function sendMail(letter: Letter, mailbox: Mailbox, answerMs: number): Promise<Delivery> {
  const server = serverOf(mailbox.server);
  if (server === null) return { kind: "retry", afterMs: null, why: say("notify.bad_server") };
  const from = mailbox.from ?? senderOf(server);
  const transport = createTransport({
    ...server,
    tls: { ...(mailbox.ca === null ? {} : { ca: mailbox.ca }) },
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: answerMs,
    socketTimeout: answerMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail(mailOf(letter, from, mailbox.to));
    return { kind: "sent" };
  } catch (error) {
    return failure(error as SmtpError, server.host);
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
    ...(username === "" ? {} : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
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
function failure(error: SmtpError, host: string): Delivery {
  const said = (error.response ?? error.message).split(/\r?\n/)[0]!.slice(0, ANSWER_CHARACTERS_MAX);
  const why = say("notify.mail_server", { host, said: said.replace(/\p{Cc}/gu, " ").trim() });
  if (error.code === "EAUTH") return { kind: "retry", afterMs: LOGIN_RETRY_MS, why };
  const code = error.responseCode ?? 0;
  return code >= 500 && code < 600 ? { kind: "refused", why } : { kind: "retry", afterMs: null, why };
}
