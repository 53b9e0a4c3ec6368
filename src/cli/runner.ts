// What a command line gets from its process, and what a command file hands over to be run. Types only.
import type { Ctx } from "../core/ctx.ts";
import type { Commands } from "../core/ops.ts";
import type { ViewBase } from "../core/views/base.ts";
import type { Clock } from "../lib/clock.ts";
import type { Asker } from "./ask.ts";
import type { SchemaName } from "./json.ts";
import type { Sink } from "./output.ts";
import type { Program } from "./program.ts";
import type { Style } from "./render/style.ts";
import type { Interrupts } from "./signals.ts";

export interface Shell {
  /** Without node and script. */
  argv: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  version: string;
  user: string;
  host: string;
  pid: number;
  clock: Clock;
  stdout: Sink;
  stderr: Sink;
  /** Null: nobody can be asked. */
  asker: Asker | null;
  /** All of standard input; "" where it is a terminal. */
  piped(): Promise<string>;
  interrupts: Interrupts;
  loadCommands(ctx: Ctx): Promise<Commands>;
}

/** What a command file hands over. */
export interface Call<V extends ViewBase, L> {
  schema: SchemaName;
  /** `print` shows a line at once, before the end: logs that are followed, long tables. */
  act(commands: Commands, print: (line: L) => void): Promise<V>;
  /** Imported only when needed: `--json` and errors draw nothing. [] draws nothing. */
  screen(): Promise<(view: V, style: Style) => string[]>;
  /** How such a line is drawn. With `--json` each is a document of its own, and the command's own document comes last. */
  line?: { schema: SchemaName; screen(): Promise<(line: L, style: Style) => string[]> };
}

export type Runner = <V extends ViewBase, L = never>(command: Program, call: Call<V, L>) => Promise<void>;
