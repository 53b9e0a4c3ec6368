// Real servers that messages are sent to: SMTP with TLS and log-in, and HTTP, each with the failures that real ones give.
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer } from "smtp-server";
import { mailCertificate, mailKey } from "./mail-certificate.ts";

export interface Mail {
  to: string;
  parsed: Email;
  raw: string;
  /** The connection was encrypted, and by whom it was logged in. */
  secure: boolean;
  user: string | null;
}

export interface MailServer extends AsyncDisposable {
  port: number;
  /** smtp: or smtps: with a password that it takes. */
  url: string;
  /** Everything taken, oldest first. */
  mails: Mail[];
  /** Answers that the next recipients get instead: `451 4.7.1 Greylisted`. */
  refuse: string[];
  to(address: string): Mail[];
}

/** `tls`: from the first byte; otherwise by STARTTLS. */
export async function mailServer({ tls = false } = {}): Promise<MailServer> {
  const mails: Mail[] = [];
  const refuse: string[] = [];
  const server = new SMTPServer({
    secure: tls,
    key: mailKey,
    cert: mailCertificate,
    onAuth: ({ username, password }, _session, done) =>
      username === "slipway@example.com" && password === "p@ss/word"
        ? done(null, { user: username })
        : done(new Error(`no account with ${password}`)),
    onRcptTo: (_address, _session, done) => {
      const answer = refuse.shift();
      done(
        answer === undefined
          ? null
          : Object.assign(new Error(answer.slice(4)), { responseCode: Number(answer.slice(0, 3)) }),
      );
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", async () => {
        const raw = Buffer.concat(chunks).toString();
        const parsed = await PostalMime.parse(raw);
        for (const { address } of session.envelope.rcptTo)
          mails.push({ to: address, parsed, raw, secure: session.secure, user: session.user ?? null });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  server.on("error", () => undefined);
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    url: `${tls ? "smtps" : "smtp"}://${encodeURIComponent("slipway@example.com")}:${encodeURIComponent("p@ss/word")}@localhost:${port}`,
    mails,
    refuse,
    to: (address) => mails.filter((mail) => mail.to === address),
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

export interface Post {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** `close`: the connection ends without an answer. `silence`: no answer until the server is stopped. `end`: what becomes of the body. */
export type Reply =
  | { status: number; headers?: Record<string, string>; body?: string; end?: "stall" | "break" }
  | "close"
  | "silence";

export interface WebServer extends AsyncDisposable {
  url: string;
  posts: Post[];
  /** Replies of the next requests; then 200. */
  replies: Reply[];
}

export async function webServer(): Promise<WebServer> {
  const posts: Post[] = [];
  const replies: Reply[] = [];
  const server: Server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      posts.push({ path: request.url ?? "", headers: request.headers, body });
      const reply = replies.shift() ?? { status: 200, body: "ok" };
      if (reply === "close") request.socket.destroy();
      else if (reply !== "silence") answer(response, reply);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posts,
    replies,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function answer(response: ServerResponse, { status, headers, body = "", end }: Exclude<Reply, string>): void {
  response.writeHead(status, headers);
  if (end === undefined) response.end(body);
  else response.write(body, () => end === "break" && response.socket?.destroy());
}

/** Takes connections and says nothing; `drip`: says this again and again, and never comes to its end. */
export async function silentServer(drip?: string): Promise<AsyncDisposable & { port: number }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    const timer = drip === undefined ? undefined : setInterval(() => socket.write(drip), 20);
    socket.on("close", () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
