// Who uses the state process: one connection of its control socket per client.
import type { Socket } from "node:net";
import type { Hello } from "./state-setting.ts";

/** Tells every client once how the start went, and knows when the last one has gone. */
export class Clients {
  readonly #sockets = new Set<Socket>();
  #hello: Hello | null = null;
  #onChange = (): void => {};

  add(socket: Socket): void {
    this.#sockets.add(socket);
    this.#onChange();
    if (this.#hello) socket.write(`${JSON.stringify(this.#hello)}\n`);
    socket.on("error", () => {});
    socket.resume();
    socket.on("close", () => {
      this.#sockets.delete(socket);
      this.#onChange();
    });
  }

  greet(hello: Hello): void {
    this.#hello = hello;
    for (const socket of this.#sockets) socket.write(`${JSON.stringify(hello)}\n`);
  }

  /** Resolves when there has been no client for `lingerMs`. */
  gone(lingerMs: number): Promise<void> {
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      this.#onChange = () => {
        clearTimeout(timer);
        if (this.#sockets.size === 0) timer = setTimeout(resolve, lingerMs);
      };
      this.#onChange();
    });
  }
}
