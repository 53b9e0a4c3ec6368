// The demo's command line.
import { chooseLanguage, langOption, wantsColour } from "../../src/cli/language.ts";
import type { Language } from "../../src/lib/text.ts";

export interface Options {
  lang: Language;
  colour: boolean;
  /** Null: DuckDB. No `url`: the local server, else one started for the demo. */
  postgres: { url: string | undefined } | null;
  /** PostgreSQL: the database stays. */
  keep: boolean;
  /** One scene more, and a server that runs until it is stopped. */
  serve: boolean;
  rollbackMs: number;
}

export const usage = "usage: npm run demo -- [--postgres [URL]] [--keep] [--serve] [--lang en|ja]";

/** Null when something on the line is not understood. */
export function readOptions(argv: readonly string[], env: NodeJS.ProcessEnv): Options | null {
  const words = argv.filter((word, at) => !word.startsWith("--lang") && argv[at - 1] !== "--lang");
  const url = words.find((word) => /^postgres(ql)?:\/\//.test(word));
  const unknown = words.find((word) => word !== url && !["--postgres", "--keep", "--serve"].includes(word));
  const option = langOption(argv);
  const postgres = words.includes("--postgres") ? { url: url ?? env.SLIPWAY_DEMO_POSTGRES_URL } : null;
  const keep = words.includes("--keep");
  if (unknown !== undefined || (option !== null && option !== "en" && option !== "ja")) return null;
  if ((url || keep) && !postgres) return null;
  return {
    lang: chooseLanguage(option, env),
    colour: wantsColour(process.stdout.isTTY, true, env),
    postgres,
    keep,
    serve: words.includes("--serve"),
    // Two seconds on a machine that does nothing else; tests run beside others and say so.
    rollbackMs: 2_000 * Number(env.SLIPWAY_DEMO_SLOWNESS ?? 1),
  };
}
