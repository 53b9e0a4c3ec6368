// Progress of a long command: one rewritten line on a terminal, a line per event elsewhere, JSON lines with `--events`.
import type { ProgressEvent } from "../core/progress.ts";
import { toJson } from "./json.ts";
import { createLine } from "./progress-line.ts";
import { createLog } from "./progress-log.ts";
import type { Style } from "./render/style.ts";
import type { Shell } from "./runner.ts";

export interface Progress {
  emit(event: ProgressEvent): void;
  /** Writes to stderr; a rewritten line is taken away first and comes back by itself. */
  print(text: string): void;
  /** The line is gone, timers are stopped, later events are swallowed. */
  close(): void;
}

export interface ProgressSetting {
  shell: Pick<Shell, "stdout" | "stderr" | "clock">;
  style: Style;
  /** `--events`. */
  events: boolean;
}

export function createProgress(setting: ProgressSetting): Progress {
  if (setting.events) return createEvents(setting);
  return setting.shell.stderr.isTty ? createLine(setting) : createLog(setting);
}

/** One JSON document per event, on stdout; the command's own document is the last line. */
function createEvents({ shell, style }: ProgressSetting): Progress {
  let closed = false;
  return {
    emit({ kind, ...event }) {
      if (closed) return;
      const line = { schema: "event/1", event: kind, at: shell.clock.now(), ...event };
      shell.stdout.write(`${JSON.stringify(toJson(line, style.lang))}\n`);
    },
    print: (text) => shell.stderr.write(text),
    close: () => {
      closed = true;
    },
  };
}
