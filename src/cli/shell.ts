// Runs one command line: parse, build the context, call flow, print. Everything of the process comes in as `Shell`.
import type { Outcome, ViewBase } from "../core/views/base.ts";
import { AppError, type ErrorCode } from "../lib/error.ts";
import type { Language } from "../lib/text.ts";
import { addCommands } from "./commands/index.ts";
import { exitCode } from "./exit.ts";
import { asAppError } from "./fault.ts";
import { errorEnvelope, type SchemaName, toJson, viewEnvelope } from "./json.ts";
import { chooseLanguage, langOption } from "./language.ts";
import { screenWidth } from "./output.ts";
import { Program, printedHelp } from "./program.ts";
import type { Call, Runner, Shell } from "./runner.ts";
import { type GlobalOptions, styleOf } from "./screen.ts";
import type { Terminal } from "./terminal.ts";

interface Surroundings {
  lang: Language;
  /** Known once arguments are parsed. */
  options: GlobalOptions;
  schema: SchemaName;
}

/** Runs the command line; resolves with the exit code and never throws. */
export async function runShell(shell: Shell): Promise<number> {
  const lang = chooseLanguage(langOption(shell.argv), shell.env);
  const around: Surroundings = { lang, options: earlyOptions(shell.argv), schema: "error/1" };
  let code: ErrorCode | Outcome = "done";
  const runner: Runner = async (command, call) => {
    around.options = command.optsWithGlobals<GlobalOptions>();
    around.schema = call.schema;
    code = await runCall(shell, around, call);
  };
  try {
    await buildProgram(shell, lang, runner).parseAsync(shell.argv as string[], { from: "user" });
  } catch (error) {
    const help = printedHelp(error);
    code = help === null ? await printError(shell, around, error) : help === "asked" ? "done" : "invalid";
  }
  await Promise.all([shell.stdout.drained(), shell.stderr.drained()]);
  return exitCode(code, shell.interrupts.name());
}

/** The whole command tree; nothing runs. */
export function buildProgram(
  shell: Pick<Shell, "stdout" | "stderr" | "version">,
  lang: Language,
  runner: Runner,
): Program {
  const program = new Program(lang, "slipway");
  const width = screenWidth(shell.stdout);
  program
    .description(program.words("cli.about"))
    .configureOutput({
      writeOut: (text) => shell.stdout.write(text),
      writeErr: (text) => shell.stderr.write(text),
      getOutHelpWidth: () => width,
      getErrHelpWidth: () => width,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false, helpWidth: width })
    .exitOverride()
    .version(shell.version, "-V, --version", program.words("cli.opt_version"))
    .helpOption("-h, --help", program.words("cli.opt_help"))
    .helpCommand("help [command]", program.words("cli.help_help"));
  program
    .knows("--json", "cli.opt_json")
    .knows("--events", "cli.opt_events")
    .knows("--lang <lang>", "cli.opt_lang", ["en", "ja"])
    .knows("--no-color", "cli.opt_no_color")
    .knows("--project-dir <dir>", "cli.opt_project_dir")
    .knows("--yes", "cli.opt_yes")
    .knows("--reason <text>", "cli.opt_reason");
  addCommands(program, runner);
  return program;
}

async function runCall<V extends ViewBase, L>(shell: Shell, around: Surroundings, call: Call<V, L>): Promise<Outcome> {
  const { openTerminal } = await import("./terminal.ts");
  const terminal = await openTerminal(shell, around.lang, around.options);
  const view = await actAndClose(shell, terminal, call, await linePrinter(shell, around, call));
  await printView(shell, around, call, view);
  return view.outcome;
}

/** Everything is closed before anything is printed: a document that says "done" is the last word. */
async function actAndClose<V extends ViewBase, L>(
  shell: Shell,
  terminal: Terminal,
  call: Call<V, L>,
  print: (line: L) => void,
): Promise<V> {
  const commands = await shell.loadCommands(terminal.ctx);
  try {
    const view = await call.act(commands, print);
    await commands.close();
    return view;
  } catch (error) {
    // The first error is the one that people must see.
    await commands.close().catch(() => undefined);
    throw error;
  } finally {
    terminal.closeProgress();
  }
}

/** Lines before the end go to stdout, where results go. */
async function linePrinter<V extends ViewBase, L>(
  shell: Shell,
  { lang, options }: Surroundings,
  { line }: Call<V, L>,
): Promise<(line: L) => void> {
  if (!line) return () => {};
  if (options.json || options.events) {
    const { schema } = line;
    return (one) => shell.stdout.write(`${JSON.stringify({ schema, ...(toJson(one, lang) as object) })}\n`);
  }
  const draw = await line.screen();
  const style = styleOf({ env: shell.env, lang, options }, shell.stdout);
  return (one) => {
    for (const text of draw(one, style)) shell.stdout.write(`${text}\n`);
  };
}

async function printView<V extends ViewBase, L>(
  shell: Shell,
  around: Surroundings,
  call: Call<V, L>,
  view: V,
): Promise<void> {
  const { lang, options, schema } = around;
  if (options.json || options.events) {
    const envelope = viewEnvelope(view, { version: shell.version, schema, exit: exitCode(view.outcome), lang });
    shell.stdout.write(`${JSON.stringify(envelope)}\n`);
    return;
  }
  const [draw, { cleaned }] = await Promise.all([call.screen(), import("./render/clean.ts")]);
  const lines = draw(cleaned(view), styleOf({ env: shell.env, lang, options }, shell.stdout));
  if (lines.length > 0) shell.stdout.write(`${lines.join("\n")}\n`);
}

async function printError(shell: Shell, around: Surroundings, thrown: unknown): Promise<ErrorCode> {
  const error =
    shell.interrupts.signal.aborted && !(thrown instanceof AppError) ? cancelled(thrown) : asAppError(thrown);
  const { lang, options, schema } = around;
  if (options.json || options.events) {
    const exit = exitCode(error.code, shell.interrupts.name());
    shell.stdout.write(`${JSON.stringify(errorEnvelope(error, { version: shell.version, schema, exit, lang }))}\n`);
  } else {
    const { renderError } = await import("./render/error.ts");
    shell.stderr.write(`${renderError(error, styleOf({ env: shell.env, lang, options }, shell.stderr)).join("\n")}\n`);
  }
  if (error.code === "internal" && shell.env.SLIPWAY_DEBUG) shell.stderr.write(`${stackOf(thrown)}\n`);
  return error.code;
}

const stackOf = (thrown: unknown): string =>
  thrown instanceof Error ? (thrown.stack ?? String(thrown)) : String(thrown);
const cancelled = (cause: unknown): AppError =>
  new AppError("cancelled", { id: "cli.cancelled", params: {} }, { cause });

/** Before arguments are parsed (or when they cannot be) these decide how a mistake is shown. */
function earlyOptions(argv: readonly string[]): GlobalOptions {
  return { json: argv.includes("--json"), events: argv.includes("--events"), color: !argv.includes("--no-color") };
}
