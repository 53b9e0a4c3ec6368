// A dbt command line as typed by people, read into what Slipway has to do. Options that Slipway decides itself are refused, with the reason.
import { type DocumentOptions, type ParseOptions, parse as parseYaml, type SchemaOptions } from "yaml";
import { AppError } from "../../lib/error.ts";
import { canonicalJson } from "../../lib/hash.ts";
import { nearest } from "../../lib/nearest.ts";
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import {
  type BuildKind,
  type CommandKind,
  type OptionName,
  optionOf,
  optionsOf,
  type ReadyKind,
  type Refusal,
  type SideKind,
} from "./dbt-options.ts";
import { splitWords, type Word } from "./shell-words.ts";

export interface DbtCommand {
  kind: CommandKind;
  /** `dbt run --select orders`, as people typed it. */
  text: string;
  /** Criteria of `--select` and `--exclude`, blanks between them; null: all. */
  select: string | null;
  exclude: string | null;
  /** [] for all. */
  resourceTypes: string[];
  excludeResourceTypes: string[];
  fullRefresh: boolean;
  failFast: boolean;
  threads: number | null;
  vars: Record<string, unknown>;
  /** `run-operation`: the macro and its arguments. */
  macro: string | null;
  args: Record<string, unknown>;
  /** Options that go to dbt as they are: `--limit 5`, `--output json`. */
  rest: string[];
}

export interface Mistake {
  text: Text;
  hint: Text | null;
  /** Where in the line, from 0. */
  at: number;
}

const BUILDS: readonly string[] = ["seed", "run", "test", "build", "snapshot"] satisfies BuildKind[];
const SIDES: readonly string[] = [
  "source freshness",
  "docs generate",
  "run-operation",
  "compile",
  "ls",
  "show",
] satisfies SideKind[];
const READY: readonly string[] = ["deps", "parse", "debug", "clean"] satisfies ReadyKind[];
const ALL = [...BUILDS, ...SIDES, ...READY] as CommandKind[];

/** dbt's other commands, and what does the same here. */
const INSTEAD: Record<string, () => Text> = {
  retry: () => say("job.instead_of_retry"),
  clone: () => say("job.instead_of_clone"),
  init: () => say("job.instead_of_init"),
  "docs serve": () => say("job.instead_of_serve"),
};

export const isBuildKind = (kind: CommandKind): kind is BuildKind => BUILDS.includes(kind);
export const isSideKind = (kind: CommandKind): kind is SideKind => SIDES.includes(kind);

/** Reads a command line; the word `dbt` may be left out. A mistake is data: it has a place in the line. */
export function parseDbtCommand(line: string): { command: DbtCommand } | { mistake: Mistake } {
  const split = splitWords(line);
  if ("mistake" in split) {
    const { kind, at, what } = split.mistake;
    const text = kind === "shell" ? say("job.shell", { what }) : say("job.open_quote");
    return { mistake: { text, hint: kind === "shell" ? say("job.shell_hint") : null, at } };
  }
  const words = split.words[0]?.text === "dbt" ? split.words.slice(1) : split.words;
  try {
    return { command: new Reader(words, line).command() };
  } catch (error) {
    if (error instanceof Wrong) return { mistake: error.mistake };
    throw error;
  }
}

/** The same for a line that must be right by now: AppError `invalid`. */
export function readDbtCommand(line: string): DbtCommand {
  const read = parseDbtCommand(line);
  if ("command" in read) return read.command;
  const { text, hint } = read.mistake;
  throw new AppError("invalid", say("job.bad_command", { command: line, problem: text }), hint ? { hint } : {});
}

/** The words that dbt is given for a command that builds nothing; `--exclude` and types go beside them. */
export function sideArguments(command: DbtCommand, threads: number | null): string[] {
  const { kind, macro, args, select, rest } = command;
  return [
    ...kind.split(" "),
    ...(macro === null ? [] : [macro, "--args", JSON.stringify(args)]),
    ...(select === null ? [] : ["--select", ...select.split(/\s+/)]),
    ...(kind === "docs generate" ? ["--no-compile"] : []),
    ...rest,
    ...(threads === null || kind === "ls" ? [] : ["--threads", String(threads)]),
  ];
}

class Wrong extends Error {
  readonly mistake: Mistake;

  constructor(text: Text, at: number, hint: Text | null = null) {
    super(text.id);
    this.mistake = { text, hint, at };
  }
}

/** PyYAML is of YAML 1.1: `yes` is true; but `y` is a text, and a date may stay one, for a template prints it the same. */
const AS_DBT_READS: ParseOptions & DocumentOptions & SchemaOptions = {
  version: "1.1",
  customTags: (tags) =>
    tags.flatMap((tag) => {
      if (typeof tag === "string" || !("test" in tag)) return [tag];
      if (tag.tag.endsWith(":timestamp")) return [];
      return tag.test?.test("y") || tag.test?.test("n") ? [{ ...tag, test: tag.test.test("y") ? YES : NO }] : [tag];
    }),
};
const YES = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const NO = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;

/** Walks the words once, left to right. */
class Reader {
  readonly #words: Word[];
  readonly #line: string;
  #next = 0;

  constructor(words: Word[], line: string) {
    this.#words = words;
    this.#line = line;
  }

  command(): DbtCommand {
    const early = this.#options(null);
    const kind = this.#kind();
    const found = new Map([...early, ...this.#options(kind)]);
    const macro = found.get("macro")?.[0] ?? null;
    if (kind === "run-operation" && macro === null && !found.get("rest")?.includes("--sql"))
      throw new Wrong(say("job.no_macro"), this.#line.length);
    // As in dbt the last one counts where there can be only one.
    const words = (name: OptionName) => found.get(name) ?? [];
    const criteria = (name: OptionName) => (found.has(name) ? words(name).join(" ") : null);
    return {
      kind,
      text: `dbt ${this.#line.trim().replace(/^dbt\s+/, "")}`,
      select: criteria("select"),
      exclude: criteria("exclude"),
      resourceTypes: words("resource_type"),
      excludeResourceTypes: words("exclude_resource_type"),
      fullRefresh: found.has("full_refresh"),
      failFast: found.has("fail_fast"),
      threads: found.has("threads") ? this.#threads(words("threads").at(-1) ?? "") : null,
      vars: this.#mapping("--vars", words("vars").at(-1)),
      macro,
      args: this.#mapping("--args", words("args").at(-1)),
      rest: words("rest"),
    };
  }

  #kind(): CommandKind {
    const [first, second] = this.#words.slice(this.#next);
    if (!first) throw new Wrong(say("job.no_command"), this.#line.length, say("job.commands_are", { names: ALL }));
    const typed = first.text === "list" ? "ls" : first.text;
    const pair = `${typed} ${second?.text ?? ""}`;
    const two = ALL.find((name) => name === (pair === "source snapshot-freshness" ? "source freshness" : pair));
    const one = ALL.find((name) => name === typed);
    this.#next += two ? 2 : 1;
    if (two ?? one) return (two ?? one)!;
    const instead = INSTEAD[pair] ?? INSTEAD[typed];
    if (instead)
      throw new Wrong(say("job.unknown_command", { name: INSTEAD[pair] ? pair : typed }), first.at, instead());
    const near = ALL.find((name) => name.startsWith(`${typed} `)) ?? nearest(typed, ALL);
    const hint = near ? say("config.did_you_mean", { name: near }) : say("job.commands_are", { names: ALL });
    throw new Wrong(say("job.unknown_command", { name: typed }), first.at, hint);
  }

  /** Options up to the command (`kind` null) or to the end of the line. */
  #options(kind: CommandKind | null): Map<OptionName, string[]> {
    const found = new Map<OptionName, string[]>();
    const add = (name: OptionName, values: string[]) => found.set(name, [...(found.get(name) ?? []), ...values]);
    for (let word = this.#words[this.#next]; word; word = this.#words[this.#next]) {
      if (!word.text.startsWith("-")) {
        if (kind === null) return found;
        if (kind !== "run-operation" || found.has("macro"))
          throw new Wrong(say("job.stray_word", { word: word.text }), word.at, say("job.stray_word_hint"));
        add("macro", [word.text]);
        this.#next += 1;
      } else this.#option(kind, word, add);
    }
    return found;
  }

  #option(kind: CommandKind | null, word: Word, add: (name: OptionName, values: string[]) => void): void {
    const [flag, ...after] = word.text.split("=");
    const option = optionOf(kind, flag!);
    this.#next += 1;
    if (option === null) throw unknownOption(kind, word, flag!);
    if ("refused" in option) throw refusedOption(option, word, flag!);
    const values = after.length > 0 ? [after.join("=")] : this.#values(option.takes);
    if (option.takes !== "nothing" && values.length === 0)
      throw new Wrong(say("job.no_value", { option: flag! }), word.at);
    if (option.name === "rest") add("rest", [flag!, ...values]);
    else if (option.name !== "ignored") add(option.name, values);
  }

  #values(takes: "nothing" | "one" | "many"): string[] {
    if (takes === "nothing") return [];
    const values: string[] = [];
    for (let word = this.#words[this.#next]; word; word = this.#words[this.#next]) {
      // A value may begin with a dash only where exactly one is expected.
      if (word.text.startsWith("-") && (takes === "many" || values.length > 0)) break;
      if (takes === "one" && values.length === 1) break;
      values.push(word.text);
      this.#next += 1;
    }
    return values;
  }

  #threads(text: string): number {
    const threads = Number(text);
    if (Number.isInteger(threads) && threads >= 1 && threads <= 256) return threads;
    throw new Wrong(say("job.bad_threads", { text }), Math.max(0, this.#line.indexOf(text)));
  }

  #mapping(option: string, text: string | undefined): Record<string, unknown> {
    if (text === undefined) return {};
    const at = Math.max(0, this.#line.indexOf(option));
    const bad = () => new Wrong(say("job.not_a_mapping", { option }), at, say("job.not_a_mapping_hint"));
    let value: unknown;
    try {
      value = parseYaml(text, AS_DBT_READS);
    } catch {
      throw bad();
    }
    if (value === null) return {};
    if (typeof value !== "object" || Array.isArray(value)) throw bad();
    return value as Record<string, unknown>;
  }
}

function unknownOption(kind: CommandKind | null, word: Word, flag: string): Wrong {
  const near = nearest(flag, optionsOf(kind));
  const hint = near ? say("config.did_you_mean", { name: near }) : null;
  const text =
    kind === null ? say("job.unknown_option", { option: flag }) : say("job.not_an_option", { option: flag, kind });
  return new Wrong(text, word.at, hint);
}

const refusedOption = ({ refused }: Refusal, word: Word, flag: string): Wrong =>
  new Wrong(say("job.refused_option", { option: flag }), word.at, refused);

/** A variable to which two commands give different values: a run has one graph, so it has one set of values. */
export function conflictingVars(commands: readonly DbtCommand[]): string | null {
  const seen = new Map<string, string>();
  for (const { vars } of commands)
    for (const [name, value] of Object.entries(vars)) {
      const text = canonicalJson(value);
      if (seen.has(name) && seen.get(name) !== text) return name;
      seen.set(name, text);
    }
  return null;
}
