// Ctrl-C: the first stops cleanly, the second at once. The process's own handlers are bound in main.ts.

export interface Interrupts {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** Aborted by the second one, just before the process ends: listeners kill process groups, synchronously. */
  readonly killed: AbortSignal;
  /** The first signal that came, or null. */
  name(): NodeJS.Signals | null;
  interrupt(name: NodeJS.Signals): void;
  /** Called once at the first signal, with its name. The last one set counts. */
  onFirst(listener: () => void): void;
}

/** `end` is called at the second signal with the exit code. */
export function interrupts(end: (exit: number) => void): Interrupts {
  const first = new AbortController();
  const second = new AbortController();
  let came: NodeJS.Signals | null = null;
  let listener: () => void = () => undefined;
  return {
    signal: first.signal,
    killed: second.signal,
    name: () => came,
    onFirst: (next) => {
      listener = next;
    },
    interrupt: (name) => {
      if (came === null) {
        came = name;
        listener();
        first.abort();
        return;
      }
      second.abort();
      end(came === "SIGTERM" ? 143 : 130);
    },
  };
}
