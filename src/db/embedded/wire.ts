// Cuts the bytes of PostgreSQL's wire protocol (version 3) into messages; knows only what the gateway must know of them.

export type Message =
  | { kind: "pass"; bytes: Uint8Array; ends: boolean }
  /** The client asks for TLS or GSS first: on a unix socket there is none. */
  | { kind: "refuse_encryption" }
  /** The client leaves, or wants another connection's statement cancelled (PGlite cannot). */
  | { kind: "end" };

const headBytes = 8;
const typedHeadBytes = 5;
const codes = { cancel: 80877102, ssl: 80877103, gss: 80877104 };
/** After these PostgreSQL answers ReadyForQuery: Query, Sync, function call. */
const enders = new Set([..."QSF"].map((letter) => letter.charCodeAt(0)));
const terminate = "X".charCodeAt(0);

export class Framer {
  #chunks: Buffer[] = [];
  #size = 0;
  /** Bytes of the next message, as soon as its head is there. */
  #wanted = 0;
  #started = false;

  /** The messages that these bytes complete. Copies a message once, however many pieces it came in. */
  push(chunk: Buffer): Message[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    const messages: Message[] = [];
    for (let message = this.#take(); message; message = this.#take()) messages.push(message);
    return messages;
  }

  #take(): Message | null {
    const head = this.#started ? typedHeadBytes : headBytes;
    if (this.#size < head || this.#size < this.#wanted) return null;
    if (this.#chunks.length > 1 && (this.#wanted > 0 || this.#chunks[0]!.length < head)) this.#merge();
    const first = this.#chunks[0]!;
    this.#wanted = this.#started ? first.readUInt32BE(1) + 1 : first.readUInt32BE(0);
    if (this.#size < this.#wanted) return null;
    if (first.length < this.#wanted) this.#merge();
    return this.#cut();
  }

  #merge(): void {
    this.#chunks = [Buffer.concat(this.#chunks)];
  }

  #cut(): Message {
    const first = this.#chunks[0]!;
    const bytes = Uint8Array.from(first.subarray(0, this.#wanted));
    this.#size -= this.#wanted;
    if (first.length > this.#wanted) this.#chunks[0] = first.subarray(this.#wanted);
    else this.#chunks.shift();
    this.#wanted = 0;
    return this.#started ? typed(bytes) : this.#opening(bytes);
  }

  #opening(bytes: Uint8Array): Message {
    const code = Buffer.from(bytes).readUInt32BE(4);
    if (code === codes.ssl || code === codes.gss) return { kind: "refuse_encryption" };
    if (code === codes.cancel) return { kind: "end" };
    this.#started = true;
    return { kind: "pass", bytes, ends: true };
  }
}

function typed(bytes: Uint8Array): Message {
  const type = bytes[0]!;
  return type === terminate ? { kind: "end" } : { kind: "pass", bytes, ends: enders.has(type) };
}
