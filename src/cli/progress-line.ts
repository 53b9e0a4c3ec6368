// The one rewritten line of a terminal: spinner, bar, done/total, what is going on, elapsed, estimate.
import type { ProgressEvent } from "../core/progress.ts";
import { render } from "../text/catalogue.ts";
import type { Progress, ProgressSetting } from "./progress.ts";
import { follow, idle, type ProgressState } from "./progress-state.ts";
import { cleaned } from "./render/clean.ts";
import { duration, estimate } from "./render/format.ts";
import { cut, pad } from "./render/layout.ts";
import { mark, type Style, words } from "./render/style.ts";

/** Nothing is drawn for what ends sooner: a flicker tells nobody anything. */
const QUIET_MS = 400;
const FRAME_MS = 100;
const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const PLAIN_FRAMES = ["|", "/", "-", "\\"];
const BAR = 20;
const CLEAR = "\r\u001b[2K";

export function createLine({ shell, style }: ProgressSetting): Progress {
  const state = idle();
  let frame = 0;
  let drawn = false;
  let closed = false;
  let begunMs: number | null = null;
  const clear = () => {
    if (drawn) shell.stderr.write(CLEAR);
    drawn = false;
  };
  const draw = () => {
    const now = shell.clock.ticksMs();
    if (closed || begunMs === null || now - begunMs < QUIET_MS || (state.phase === null && !state.waiting)) return;
    shell.stderr.write(`${CLEAR}${progressLine(state, style, { nowMs: now, frame: frame++ })}`);
    drawn = true;
  };
  const timer = setInterval(draw, FRAME_MS);
  timer.unref();
  const print = (text: string) => {
    clear();
    shell.stderr.write(text);
  };
  return {
    emit(raw) {
      if (closed) return;
      const event = cleaned(raw);
      if (!drawn && (event.kind === "phase_started" || event.kind === "waiting")) begunMs = shell.clock.ticksMs();
      begunMs ??= shell.clock.ticksMs();
      follow(state, event, shell.clock.ticksMs());
      const lasting = lastingLine(event, style);
      if (lasting) print(`${lasting}\n`);
      if (state.phase === null && !state.waiting) clear();
    },
    print,
    close() {
      clear();
      closed = true;
      clearInterval(timer);
    },
  };
}

/** Events that stay on the screen: what people must be able to read again. */
function lastingLine(event: ProgressEvent, style: Style): string | null {
  if (event.kind === "note") return render(event.text, style.lang);
  if (event.kind === "run_resumed")
    return `${mark(style, "warn")} ${words(style, "cli.resuming", { run: event.runId, kind: event.run, environment: event.environment, phase: event.phase })}`;
  if (event.kind === "node_finished" && event.status === "error") return `  ${mark(style, "no")} ${event.name}`;
  if (event.kind === "test_finished" && (event.status === "fail" || event.status === "error"))
    return `  ${mark(style, "no")} ${event.name}`;
  return null;
}

/** The line itself, at most as wide as the terminal. */
export function progressLine(
  state: ProgressState,
  style: Style,
  { nowMs, frame }: { nowMs: number; frame: number },
): string {
  const frames = style.unicode ? FRAMES : PLAIN_FRAMES;
  const spinner = frames[frame % frames.length]!;
  const elapsed = duration(nowMs - state.startedMs, style.lang);
  if (state.waiting) {
    const { forWhat, holder, maxMs } = state.waiting;
    const text = words(style, "cli.waiting", {
      what: render(forWhat, style.lang),
      holder,
      max: duration(maxMs, style.lang),
    });
    return cut(`${spinner} ${text}  ${elapsed}`, style.width - 1);
  }
  const phase = pad(words(style, "cli.phase", { phase: state.phase ?? "" }), 8);
  const count = state.total > 0 ? `${bar(state.done / state.total)} ${state.done}/${state.total}  ` : "";
  const time = words(style, "cli.of_estimate", {
    elapsed,
    estimate: state.estimateMs === null ? null : estimate(state.estimateMs, style.lang),
  });
  return cut(`${spinner} ${phase} ${count}${currentText(state, style, nowMs)}${time}`, style.width - 1);
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * BAR);
  return `[${"#".repeat(full)}${"-".repeat(BAR - full)}]`;
}

/** The one that takes longest, and how many others. */
function currentText(state: ProgressState, style: Style, nowMs: number): string {
  const [first, ...others] = state.current.values();
  if (!first) return "";
  const time = duration(nowMs - first.sinceMs, style.lang);
  return `${cut(first.name, 28)} ${time}${others.length ? ` +${others.length}` : ""}  `;
}
