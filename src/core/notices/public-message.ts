// What of an error message may leave the house: which column, which model; never rows, values or SQL. Pure.
import { MESSAGE_LENGTH_MAX } from "./limits.ts";

/** Errors about a value quote it: of these nothing quoted is kept. */
const ABOUT_VALUES =
  /conver|\bcast\b|invalid input|out of range|duplicate key|unique constraint|violates|overflow|malformed|not-null|parse|timestamp|date\/time|too long|literal|division|could not (?:read|store)|\bcsv\b|json|regexp?|unterminated/i;
/** What databases put below or behind their sentence: the statement, the row, advice that repeats them. */
const BEHIND =
  /\s*(?:\bLINE \d+:|\bDETAIL:|\bCONTEXT:|\bQUERY:|\bHINT:|\bcompiled code at\b|\bSQL:|\bcompiled SQL\b|Candidate bindings:|\^$).*$/is;
const HEADING = /^(?:Compilation|Parsing|Runtime|Database|Dependency|Validation) Error(?: in [^\n]*)?\s*\n\s*/;

/** One line without the statement, the row and quoted values; null when nothing is left. */
export function publicMessage(message: string | null): string | null {
  if (message === null) return null;
  const body = message.replace(HEADING, "").trim();
  const line = (body.split(/\r?\n/)[0] ?? "").replace(BEHIND, "").trim();
  const plain = (ABOUT_VALUES.test(line) ? withoutValues(line) : line)
    .replace(/[\p{Cc}\p{Bidi_Control}]/gu, " ")
    .trim();
  if (plain === "" || /^(?:with|select|insert|create|update|delete|merge)\b/i.test(plain)) return null;
  return plain.length > MESSAGE_LENGTH_MAX ? `${plain.slice(0, MESSAGE_LENGTH_MAX - 2)}..` : plain;
}

/** Quoted texts, bracketed rows, numbers, and what follows `invalid input syntax for type date:` become `..`. */
const withoutValues = (line: string): string =>
  line
    .replace(/"(?:[^"\\]|\\.|"")*"|'(?:[^'\\]|\\.|'')*'/g, "..")
    .replace(/\([^()]*\)\s*=\s*\([^()]*\)|\{[^{}]*\}|\[[^[\]]*\]/g, "..")
    .replace(/((?:invalid (?:input|value)|could not (?:parse|read)|malformed|bad literal)[^:]*:\s+)\S.*$/i, "$1..")
    .replace(/(?<![\w.])[-+]?\d[\d.,:/-]*(?![\w.])/g, "..")
    .replace(/\.\.(?:\s*\.\.)+/g, "..");
