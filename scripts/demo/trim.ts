// Which lines of a command's output the demo shows: of a plan the head and a few nodes, of the result everything.
import { stripVTControlCharacters } from "node:util";
import type { Language } from "../../src/lib/text.ts";

/** For one line of output: what to show instead, null for nothing. */
export type Trim = (line: string) => string | null;

export const everything: Trim = (line) => line;

/**
 * A plan stands before the result. Shown are its first line, up to `nodesMax` of its nodes and the counts up to what is published;
 * what consumers, checks and times the plan names is left out, the result after it is whole.
 */
export function shortPlan(lang: Language, nodesMax = 4): Trim {
  let nodes = 0;
  let rest: "plan" | "left out" | "result" = "plan";
  return (line) => {
    const plain = stripVTControlCharacters(line);
    if (rest === "result") return line;
    if (rest === "left out") {
      if (plain === "") rest = "result";
      return plain === "" ? line : null;
    }
    if (isPublish(plain)) rest = "left out";
    if (!/^ {2}(\+|\.\.) /.test(plain)) return nodes > nodesMax ? restOfNodes(nodes - nodesMax, line) : line;
    nodes += plain.startsWith("  ..") ? Number(/\d+/.exec(plain)?.[0] ?? 0) : 1;
    return nodes <= nodesMax ? line : null;
  };

  function restOfNodes(count: number, line: string): string {
    nodes = 0;
    return `  .. ${lang === "ja" ? `ほか${count}件` : `${count} more`}\n${line}`;
  }
}

const isPublish = (plain: string): boolean => /^\S+ \d+\S* +> /.test(plain);
