// How the screen at hand is drawn: from the options of the command, the terminal and its environment values.
import type { Language } from "../lib/text.ts";
import { wantsColour, wantsUnicode } from "./language.ts";
import { type Sink, screenWidth } from "./output.ts";
import type { Style } from "./render/style.ts";

/** Options that every command may carry. */
export interface GlobalOptions {
  json?: boolean;
  events?: boolean;
  lang?: Language;
  color: boolean;
  projectDir?: string;
  yes?: boolean;
  reason?: string;
  allowIrreversible?: boolean;
  confirm?: string;
  plan?: string;
  /** `plan`, `show`, `gc`: every node. */
  all?: boolean;
}

interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  lang: Language;
  options: GlobalOptions;
}

/** The style for what is written to `sink`. */
export function styleOf({ env, lang, options }: Surroundings, sink: Sink): Style {
  return {
    lang,
    width: screenWidth(sink),
    colour: wantsColour(sink.isTty, options.color, env),
    unicode: wantsUnicode(env),
    all: options.all === true,
  };
}
