// Finds the line of a user's file that a difference is about. Keys compare texts without comments and blanks, so it is a search. Pure.
import type { DiffLine } from "../keys/types.ts";

const folded = (text: string): string => text.replace(/\s+/g, " ").trim().toLowerCase();

/**
 * The first line, from 1, that holds the first added text (else the one before the first removed text), at or after the line that
 * matches `from`. Without such a line: where `from` matches; null when nothing does.
 */
export function lineOf(text: string, diff: readonly DiffLine[], from: RegExp | null = null): number | null {
  const lines = text.split(/\r?\n/);
  const start = from === null ? 0 : lines.findIndex((line) => from.test(line));
  const wanted = folded((diff.find((line) => line.kind === "add") ?? lastBefore(diff))?.text ?? "");
  const found = wanted === "" ? -1 : lines.findIndex((line, index) => index >= start && folded(line).includes(wanted));
  if (found >= 0) return found + 1;
  return from !== null && start >= 0 ? start + 1 : null;
}

function lastBefore(diff: readonly DiffLine[]): DiffLine | undefined {
  const removed = diff.findIndex((line) => line.kind === "remove");
  return diff.slice(0, Math.max(0, removed)).findLast((line) => line.kind === "same");
}
