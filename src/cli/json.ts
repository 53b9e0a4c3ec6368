// `--json`: one document, the contract of docs/json-contract.md. snake_case, UTC with Z, texts in the chosen language.
import { randomUUID } from "node:crypto";
import type { Outcome, ViewBase } from "../core/views/base.ts";
import type { AppError, ErrorCode, Problem } from "../lib/error.ts";
import type { Language, Text } from "../lib/text.ts";
import { render } from "../text/catalogue.ts";

/** What a command's document is called; a break makes the next number. */
export type SchemaName = `${string}/${number}`;

export interface Envelope {
  slipway: string;
  schema: SchemaName;
  ok: boolean;
  code: ErrorCode | Outcome;
  exit: number;
  data: unknown;
  problems: unknown[];
  request_id: string;
}

interface Frame {
  version: string;
  schema: SchemaName;
  exit: number;
  lang: Language;
}

/** The document of a view. `outcome` becomes `code`, `problems` move to the envelope, all else is `data`. */
export function viewEnvelope(view: ViewBase, { version, schema, exit, lang }: Frame): Envelope {
  const { outcome, problems, ...data } = view;
  return {
    slipway: version,
    schema,
    ok: exit === 0,
    code: outcome,
    exit,
    data: toJson(data, lang),
    problems: problems.map((found) => problemJson(found, lang)),
    request_id: randomUUID(),
  };
}

/** The document of an error: its own sentence is the first problem. */
export function errorEnvelope(error: AppError, { version, schema, exit, lang }: Frame): Envelope {
  const own = ownProblem(error, lang);
  const further = (error.details.problems ?? []).filter((found) => found.message !== error.text);
  return {
    slipway: version,
    schema,
    ok: false,
    code: error.code,
    exit,
    data: null,
    problems: [own, ...further.map((found) => problemJson(found, lang))],
    request_id: randomUUID(),
  };
}

function ownProblem(error: AppError, lang: Language): unknown {
  const { where, hint, facts } = error.details;
  return {
    code: error.code,
    severity: "error",
    message: render(error.text, lang),
    ...(where ? { where: toJson(where, lang) } : {}),
    ...(hint ? { hint: render(hint, lang) } : {}),
    ...(facts?.length ? { facts: toJson(facts, lang) } : {}),
  };
}

const problemJson = (found: Problem, lang: Language): unknown => toJson(found, lang);

/** Any view as JSON: camelCase keys become snake_case, Texts their words, Dates ISO text in UTC. Values are never changed. */
export function toJson(value: unknown, lang: Language): unknown {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return value.map((item) => toJson(item, lang));
  if (value === null || typeof value !== "object") return value;
  if (isText(value)) return render(value, lang);
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [snakeCase(key), toJson(inner, lang)]));
}

function isText(value: object): value is Text {
  const keys = Object.keys(value);
  return keys.length === 2 && "id" in value && "params" in value && typeof value.id === "string";
}

/** `switchMs` -> `switch_ms`. */
const snakeCase = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
