// The context of one command on a terminal: progress, questions, what Ctrl-C says.
import { resolve } from "node:path";
import type { Ctx } from "../core/ctx.ts";
import type { ProgressEvent } from "../core/progress.ts";
import { AppError } from "../lib/error.ts";
import type { Language } from "../lib/text.ts";
import { render, say } from "../text/catalogue.ts";
import { approver } from "./approve.ts";
import { createProgress } from "./progress.ts";
import type { Shell } from "./runner.ts";
import { type GlobalOptions, styleOf } from "./screen.ts";

export interface Terminal {
  ctx: Ctx;
  /** Takes the progress line away; later events are swallowed. */
  closeProgress(): void;
}

export async function openTerminal(shell: Shell, lang: Language, options: GlobalOptions): Promise<Terminal> {
  const style = styleOf({ env: shell.env, lang, options }, shell.stderr);
  const progress = createProgress({ shell, style, events: options.events === true });
  const standing = createStanding();
  // A server with a log of its own says there how it stops.
  let logs = false;
  shell.interrupts.onFirst(() => {
    if (!logs) progress.print(`${render(standing.sentence(), lang)}\n`);
  });
  const ctx: Ctx = {
    clock: shell.clock,
    lang,
    version: shell.version,
    cwd: shell.cwd,
    projectDir: options.projectDir === undefined ? null : resolve(shell.cwd, options.projectDir),
    env: shell.env,
    user: shell.user,
    host: shell.host,
    pid: shell.pid,
    signal: shell.interrupts.signal,
    killed: shell.interrupts.killed,
    progress: (event) => {
      standing.see(event);
      progress.emit(event);
    },
    log: {
      write: (text) => {
        logs = true;
        shell.stderr.write(text);
      },
      pretty: shell.stderr.isTty,
    },
    askSecret: async (question) => {
      if (!shell.asker) return shell.piped();
      const answer = await shell.asker.askHidden(`${render(question, lang)} `);
      if (answer === null) throw new AppError("cancelled", say("cli.answer_no"));
      return answer;
    },
    approve: approver({ shell, lang, options, print: (text) => progress.print(text) }),
  };
  return { ctx, closeProgress: () => progress.close() };
}

/** What the first Ctrl-C says: which environment stays as it is, or whose switch ends first. */
function createStanding() {
  let run: Extract<ProgressEvent, { kind: "run_started" }> | null = null;
  let switching = false;
  return {
    see(event: ProgressEvent) {
      if (event.kind === "run_started") run = event;
      if (event.kind === "phase_progress" && event.phase === "promote")
        switching = event.what === "flip" || event.what === "settle";
      if (event.kind === "phase_finished") switching = false;
    },
    sentence() {
      if (run && switching) return say("cli.stopping_switch", { environment: run.environment });
      return say("cli.stopping", { environment: run?.environment ?? null, release: run?.serves ?? null });
    },
  };
}
