// A way to a server that can be cut: every connection at once, or right when a certain statement has been sent.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface Way {
  port: number;
  /** Ends all connections, on both sides, and refuses new ones. */
  cut(): void;
  restore(): void;
  /** Cuts when a client has sent this text; the server gets the statement, and nobody its answer. */
  cutAfter(text: string): void;
  close(): void;
}

export async function makeProxy(host: string, port: number): Promise<Way> {
  const pairs = new Set<{ client: Socket; server: Socket }>();
  let open = true;
  let trap: string | null = null;
  const cut = (): void => {
    open = false;
    for (const { client, server } of pairs) {
      client.destroy();
      server.end(); // What was sent arrives; then the server sees its client gone.
    }
    pairs.clear();
  };
  const listener = createServer((client) => {
    client.on("error", () => undefined);
    if (!open) return void client.destroy();
    const server = connect(port, host);
    const pair = { client, server };
    pairs.add(pair);
    server.on("error", () => client.destroy()).on("close", () => client.destroy());
    client.on("close", () => server.end());
    server.on("data", (data) => pairs.has(pair) && client.write(data));
    client.on("data", (data) => {
      server.write(data);
      if (trap === null || !data.includes(trap)) return;
      trap = null;
      cut();
    });
  });
  await once(listener.listen(0, "127.0.0.1"), "listening");
  return {
    port: (listener.address() as AddressInfo).port,
    cut,
    restore: () => {
      open = true;
    },
    cutAfter: (text) => {
      trap = text;
    },
    close: () => {
      cut();
      listener.close();
    },
  };
}
