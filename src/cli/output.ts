// Writing to stdout and stderr: a reader that goes away (`| head`) never hurts the command.

export interface Sink {
  readonly isTty: boolean;
  /** Columns of the terminal, 80 when it is none. */
  readonly columns: number;
  write(text: string): void;
  /** Resolves when everything written has left the process (or the reader is gone). */
  drained(): Promise<void>;
}

/** A sink on a stream of the process. After EPIPE it swallows everything. */
export function streamSink(stream: NodeJS.WriteStream): Sink {
  let gone = false;
  let last: Promise<void> = Promise.resolve();
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED" && error.code !== "EIO") throw error;
    gone = true;
  });
  return {
    isTty: stream.isTTY === true,
    get columns() {
      return stream.columns || 80;
    },
    write(text) {
      if (gone || text === "") return;
      last = new Promise((resolve) => stream.write(text, () => resolve()));
    },
    drained: () => last,
  };
}

/** Narrowest and widest screen drawn: narrower terminals wrap by themselves, wider lines are hard to follow. */
const WIDTH_MIN = 60;
const WIDTH_MAX = 120;
export const screenWidth = (sink: Sink): number =>
  sink.isTty ? Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, sink.columns)) : 80;
