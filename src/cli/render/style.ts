// How a screen is drawn: language, width, colours, marks. Screens are pure functions of a view and this.
import { styleText } from "node:util";
import type { Language } from "../../lib/text.ts";
import { render, say, type TextId, type TextParams } from "../../text/catalogue.ts";

export interface Style {
  lang: Language;
  /** Columns. */
  width: number;
  colour: boolean;
  unicode: boolean;
  /** `--all`: every node and every value. */
  all: boolean;
}

type Look = "bold" | "dim" | "green" | "red" | "yellow" | "magenta" | "cyan";

/** Basic eight colours, no backgrounds. Nothing is said by colour alone. */
export const paint = (style: Style, look: Look, text: string): string =>
  style.colour ? styleText(look, text, { validateStream: false }) : text;

export type Mark = "ok" | "no" | "warn" | "build" | "reuse" | "publish" | "remove" | "none";

const MARKS: Record<Mark, { text: string; plain: string; look: Look | null }> = {
  ok: { text: "✓", plain: "o", look: "green" },
  no: { text: "✗", plain: "x", look: "red" },
  warn: { text: "!", plain: "!", look: "yellow" },
  build: { text: "+", plain: "+", look: "green" },
  reuse: { text: "=", plain: "=", look: "cyan" },
  publish: { text: ">", plain: ">", look: null },
  remove: { text: "-", plain: "-", look: null },
  none: { text: " ", plain: " ", look: null },
};

export function mark(style: Style, kind: Mark): string {
  const { text, plain, look } = MARKS[kind];
  const shown = style.unicode ? text : plain;
  return look ? paint(style, look, shown) : shown;
}

/** The words of a text of the catalogue in the style's language. */
export function words<K extends TextId>(
  style: Pick<Style, "lang">,
  id: K,
  ...params: object extends TextParams<K> ? [TextParams<K>?] : [TextParams<K>]
): string {
  return render(say(id, ...params), style.lang);
}

/** Between items of a list in a sentence. */
export const comma = (style: Pick<Style, "lang">): string => (style.lang === "ja" ? "、" : ", ");
