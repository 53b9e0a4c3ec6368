// What the demo writes: headlines, sentences, commands as typed, rows, and proofs, each checked. 80 columns, two languages.
import { isDeepStrictEqual, styleText } from "node:util";
import { duration } from "../../src/cli/render/format.ts";
import { ends, wrap } from "../../src/cli/render/layout.ts";
import type { Language, Text } from "../../src/lib/text.ts";
import { render } from "../../src/text/catalogue.ts";

/** A sentence of the story in both languages. */
export type Told = Record<Language, string>;

interface Pen {
  lang: Language;
  colour: boolean;
  tell(sentence: Told): void;
  bold(sentence: Told): void;
  /** A command as somebody would type it. */
  typed(command: string): void;
  line(text?: string): void;
  dim(text: string): void;
  /** A mark and a fact. */
  mark(good: boolean, fact: Told): void;
}

interface Judge {
  /** One checked fact. What does not hold is shown with what was found, and the demo will end with 1. */
  prove(fact: Told, found: unknown, expected: unknown): void;
  /** The same for a time: a slow machine makes the demo end with 1, but the story can go on. */
  proveTime(fact: Told, ms: number, limitMs: number): void;
  /** True once something that later scenes need did not come out as told. */
  isBroken(): boolean;
  checks: { held: number; failed: number };
}

export interface Stage extends Pen, Judge {
  /** The clock starts: set-up and downloads are no part of the story. */
  begin(): void;
  /** Begins the next scene: its number, its title and the time since the story began. */
  scene(title: Told): void;
  elapsedMs(): number;
}

const columns = 80;

export function openStage(wish: { lang: Language; colour: boolean; scenes: number }): Stage {
  const pen = takePen(wish.lang, wish.colour);
  let fromMs = performance.now();
  let number = 0;
  const elapsedMs = () => performance.now() - fromMs;
  return {
    ...pen,
    ...judgeWith(pen),
    elapsedMs,
    begin: () => {
      fromMs = performance.now();
    },
    scene(title) {
      const head = (lang: Language) => ends(`${number}/${wish.scenes}  ${title[lang]}`, clockOf(elapsedMs()), columns);
      number++;
      pen.line();
      pen.bold({ en: head("en"), ja: head("ja") });
    },
  };
}

function takePen(lang: Language, colour: boolean): Pen {
  const paint = (look: Parameters<typeof styleText>[0], text: string) =>
    colour ? styleText(look, text, { validateStream: false }) : text;
  const line = (text = "") => process.stdout.write(`${text}\n`);
  const write = (sentence: Told, look: (text: string) => string) => {
    for (const each of wrap(sentence[lang], columns)) line(look(each));
  };
  return {
    lang,
    colour,
    line,
    tell: (sentence) => write(sentence, (text) => text),
    bold: (sentence) => write(sentence, (text) => paint("bold", text)),
    dim: (text) => line(paint("dim", text)),
    typed(command) {
      line();
      line(`${paint("dim", "$")} ${paint("cyan", command)}`);
    },
    mark(good, fact) {
      const mark = good ? paint("green", "✓") : paint("red", "✗");
      for (const [at, each] of wrap(fact[lang], columns - 2).entries()) line(`${at === 0 ? mark : " "} ${each}`);
    },
  };
}

function judgeWith({ lang, line, mark }: Pen): Judge {
  const checks = { held: 0, failed: 0 };
  let broken = false;
  const check = (good: boolean, fact: Told) => {
    checks[good ? "held" : "failed"]++;
    mark(good, fact);
  };
  return {
    checks,
    isBroken: () => broken,
    proveTime: (fact, ms, limitMs) => check(ms <= limitMs, fact),
    prove(fact, found, expected) {
      const good = isDeepStrictEqual(found, expected);
      check(good, fact);
      if (good) return;
      broken = true;
      const [wanted, was] = lang === "ja" ? ["期待", "実際"] : ["expected", "found"];
      line(`  ${wanted}: ${JSON.stringify(expected)}`);
      line(`  ${was}: ${JSON.stringify(found)}`);
    },
  };
}

/** A text of Slipway's own catalogue. */
export const own = (stage: Pick<Stage, "lang">, text: Text): string => render(text, stage.lang);

/** `1.2 s`, `1m 12s`, as Slipway writes it. */
export const took = (ms: number, { lang }: Pick<Stage, "lang">): string => duration(ms, lang);

function clockOf(ms: number): string {
  const whole = Math.floor(ms / 1000);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
