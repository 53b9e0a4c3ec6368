// The command line as commander sees it: our words in two languages, and mistakes as AppErrors with a suggestion.
import { Argument, Command, CommanderError, Help, Option } from "commander";
import { AppError } from "../lib/error.ts";
import { nearest } from "../lib/nearest.ts";
import type { Language } from "../lib/text.ts";
import { render, say, type TextId, type TextParams } from "../text/catalogue.ts";

/** Ids of texts that take no values. */
export type PlainTextId = { [K in TextId]: object extends TextParams<K> ? K : never }[TextId];

/** A command whose texts are in one language. All of Slipway's commands are made with it. */
export class Program extends Command {
  readonly lang: Language;

  constructor(lang: Language, name?: string) {
    super(name);
    this.lang = lang;
  }

  override createCommand(name?: string): Program {
    return new Program(this.lang, name);
  }

  words(id: PlainTextId): string {
    return render({ id, params: {} }, this.lang);
  }

  /** A subcommand with its description. */
  sub(name: string, about: PlainTextId): Program {
    const command = this.createCommand(name).copyInheritedSettings(this) as Program;
    command.description(this.words(about)).helpOption("-h, --help", this.words("cli.opt_help"));
    this.addCommand(command);
    return command;
  }

  /** An argument, `[env]` or `<env>`. */
  takes(name: string, about: PlainTextId): this {
    this.addArgument(new Argument(name, this.words(about)));
    return this;
  }

  /** An option; with `choices` only these values. */
  knows(flags: string, about: PlainTextId, choices?: readonly string[]): this {
    const option = new Option(flags, this.words(about));
    if (choices) option.argParser((value) => oneOf(option.long ?? flags, value, choices));
    this.addOption(option);
    return this;
  }

  /** What to write for a command whose last argument holds options of another program. */
  afterDashes: PlainTextId | null = null;

  /** Lines below the help: a command and what it is good for. */
  examples(lines: [command: string, about: PlainTextId][]): this {
    const width = Math.max(...lines.map(([command]) => command.length));
    const body = lines.map(([command, about]) => `  ${command.padEnd(width)}  ${this.words(about)}`).join("\n");
    this.addHelpText("after", `\n${this.words("cli.examples")}\n${body}`);
    return this;
  }

  /** `slipway db upgrade`. */
  fullName(): string {
    const names: string[] = [];
    for (let at: Command | null = this; at; at = at.parent) names.unshift(at.name());
    return names.join(" ");
  }

  private usageError(text: AppError["text"], near: string | null): never {
    const hint = near ? say("cli.did_you_mean", { name: near }) : say("cli.see_help", { command: this.fullName() });
    throw new AppError("invalid", text, { hint });
  }

  unknownOption(flag: string): never {
    const known: string[] = [];
    for (let at: Command | null = this; at; at = at.parent)
      for (const { long } of at.options) if (long) known.push(long);
    const name = flag.split("=", 1)[0]!;
    if (this.afterDashes !== null)
      throw new AppError("invalid", say("cli.unknown_option", { name, command: this.fullName() }), {
        hint: say(this.afterDashes),
      });
    this.usageError(say("cli.unknown_option", { name, command: this.fullName() }), nearest(name, [...known, "--help"]));
  }

  unknownCommand(): never {
    const name = this.args[0] ?? "";
    const near = nearest(
      name,
      this.commands.map((command) => command.name()),
    );
    this.usageError(
      say("cli.unknown_command", { name: [...this.fullName().split(" ").slice(1), name].join(" ") }),
      near,
    );
  }

  missingArgument(name: string): never {
    this.usageError(say("cli.missing_argument", { name, command: this.fullName() }), null);
  }

  optionMissingArgument(option: Option): never {
    this.usageError(say("cli.option_needs_value", { flags: option.flags }), null);
  }

  missingMandatoryOptionValue(option: Option): never {
    this.usageError(say("cli.missing_argument", { name: option.flags, command: this.fullName() }), null);
  }

  /** commander's own hook: more arguments than the command takes. */
  _excessArguments(received: string[]): never {
    const name = received[this.registeredArguments.length] ?? "";
    this.usageError(say("cli.too_many_arguments", { command: this.fullName(), name }), null);
  }

  override createHelp(): Help {
    const titles: Record<string, PlainTextId> = {
      "Usage:": "cli.usage",
      "Arguments:": "cli.arguments",
      "Options:": "cli.options",
      "Global Options:": "cli.global_options",
      "Commands:": "cli.commands",
    };
    const help = Object.assign(new Help(), this.configureHelp());
    help.styleTitle = (title) => (titles[title] ? this.words(titles[title]) : title);
    return help;
  }
}

function oneOf(option: string, value: string, choices: readonly string[]): string {
  if (choices.includes(value)) return value;
  const near = nearest(value, choices);
  const hint = near ? { hint: say("cli.did_you_mean", { name: near }) } : {};
  throw new AppError("invalid", say("cli.not_a_choice", { option, value, choices: [...choices] }), hint);
}

/** A whole number of at least 1, or AppError `invalid`. */
export function atLeastOne(option: string, value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new AppError("invalid", say("cli.not_a_number", { option, value }));
}

/** commander ends by an error after it printed help or the version: on request, or because no command was named. */
export function printedHelp(error: unknown): "asked" | "needed" | null {
  if (!(error instanceof CommanderError)) return null;
  if (error.exitCode === 0) return "asked";
  return error.code === "commander.help" ? "needed" : null;
}
