// Progress where nothing can be rewritten (CI, pipes): a line per event with the time, and a sign of life each 30 seconds.
import type { ProgressEvent } from "../core/progress.ts";
import { render } from "../text/catalogue.ts";
import type { Progress, ProgressSetting } from "./progress.ts";
import { follow, idle, type ProgressState } from "./progress-state.ts";
import { cleaned } from "./render/clean.ts";
import { duration } from "./render/format.ts";
import { type Style, words } from "./render/style.ts";

const HEARTBEAT_MS = 30_000;

export function createLog({ shell, style }: ProgressSetting): Progress {
  const state = idle();
  let closed = false;
  let heard = shell.clock.ticksMs();
  const say = (text: string) => {
    heard = shell.clock.ticksMs();
    shell.stderr.write(`${timeOfDay(shell.clock.now())} ${text}\n`);
  };
  const timer = setInterval(() => {
    const now = shell.clock.ticksMs();
    if (state.phase !== null && now - heard >= HEARTBEAT_MS) say(heartbeat(state, style, now));
  }, HEARTBEAT_MS / 10);
  timer.unref();
  return {
    emit(raw) {
      if (closed) return;
      const event = cleaned(raw);
      follow(state, event, shell.clock.ticksMs());
      const text = logLine(event, state, style);
      if (text !== null) say(text);
    },
    print: (text) => shell.stderr.write(text),
    close() {
      closed = true;
      clearInterval(timer);
    },
  };
}

/** Local time of the machine, as logs have it. */
const timeOfDay = (now: Date): string => now.toTimeString().slice(0, 8);

function heartbeat(state: ProgressState, style: Style, nowMs: number): string {
  const what = [...state.current.values()]
    .map(({ name }) => name)
    .slice(0, 3)
    .join(", ");
  const phase = words(style, "cli.phase", { phase: state.phase ?? "" });
  return words(style, "cli.still", { phase, elapsed: duration(nowMs - state.startedMs, style.lang), what });
}

/** One line for an event, null for those that only matter on a rewritten line. */
function logLine(event: ProgressEvent, state: ProgressState, style: Style): string | null {
  const { lang } = style;
  const count = state.total > 0 ? ` ${state.done}/${state.total}` : "";
  switch (event.kind) {
    case "node_finished":
      return `${words(style, "cli.phase", { phase: "build" })}${count} ${event.name} ${event.status === "built" ? "" : `${event.status} `}${duration(event.ms, lang)}`;
    case "test_finished":
      return event.status === "pass" || event.status === "skipped"
        ? null
        : `${words(style, "cli.phase", { phase: "verify" })}${count} ${event.name} ${event.status}${event.failures === null ? "" : ` ${words(style, "cli.rows", { rows: event.failures })}`}`;
    case "phase_finished":
      return `${words(style, "cli.phase", { phase: event.phase })} ${event.ok ? "ok" : "failed"}: ${render(event.summary, lang)} (${duration(event.ms, lang)})`;
    case "run_resumed":
      return words(style, "cli.resuming", {
        run: event.runId,
        kind: event.run,
        environment: event.environment,
        phase: event.phase,
      });
    case "waiting":
      return words(style, "cli.waiting", {
        what: render(event.forWhat, lang),
        holder: event.holder,
        max: duration(event.maxMs, lang),
      });
    case "switched":
      return words(style, "cli.switched", {
        environment: event.environment,
        release: event.release,
        time: duration(event.switchMs, lang, { fine: true }),
      });
    case "note":
      return render(event.text, lang);
    case "run_started":
    case "phase_started":
    case "phase_progress":
    case "node_started":
    case "waited":
      return null;
  }
}
