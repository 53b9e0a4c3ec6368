// Which language and how the terminal is: from options and the usual environment values.
import type { Language } from "../lib/text.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** `--lang`, SLIPWAY_LANG, LC_ALL, LC_MESSAGES, LANG; English when none says Japanese. */
export function chooseLanguage(option: string | null, env: Env): Language {
  if (option === "en" || option === "ja") return option;
  if (env.SLIPWAY_LANG === "en" || env.SLIPWAY_LANG === "ja") return env.SLIPWAY_LANG;
  const locale = env.LC_ALL || env.LC_MESSAGES || env.LANG || "";
  return /^ja(?:$|[_.@-])/i.test(locale) ? "ja" : "en";
}

/** The value of `--lang` before arguments are parsed: help itself is in a language. */
export function langOption(argv: readonly string[]): string | null {
  const end = argv.indexOf("--");
  const words = end === -1 ? argv : argv.slice(0, end);
  const joined = words.find((word) => word.startsWith("--lang="));
  if (joined) return joined.slice("--lang=".length);
  const index = words.indexOf("--lang");
  return index === -1 ? null : (words[index + 1] ?? null);
}

/** Colours: on terminals and where FORCE_COLOR asks for them, never with NO_COLOR, TERM=dumb or `--no-color`. */
export function wantsColour(isTty: boolean, option: boolean, env: Env): boolean {
  const forced = Boolean(env.FORCE_COLOR) && env.FORCE_COLOR !== "0";
  return (isTty || forced) && option && !env.NO_COLOR && env.TERM !== "dumb";
}

/** False only where the locale names another character set than UTF-8: then marks are plain letters. */
export function wantsUnicode(env: Env): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || "";
  const charset = /\.([^@]+)/.exec(locale)?.[1];
  return charset === undefined || /^utf-?8$/i.test(charset);
}
