// The connection to a mail server. Its name is looked up as this machine looks names up (hosts file, search domains), like every other
// name: the mail library asks the name servers first, and where those did not answer no mail went even to `localhost`.
import { connect, type Socket } from "node:net";

/** Resolves when connected. Throws the system's error, the first address's where several were tried. */
export function mailSocket(host: string, port: number, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const late = setTimeout(() => socket.destroy(new Error("Connection timeout")), timeoutMs);
    socket.once("close", () => clearTimeout(late));
    socket.once("error", (error) => reject(error instanceof AggregateError ? error.errors[0] : error));
    socket.once("connect", () => {
      clearTimeout(late);
      resolve(socket);
    });
  });
}
