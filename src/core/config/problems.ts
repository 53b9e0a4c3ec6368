// Turns what the schema found into problems that people can act on: what, where, and what was probably meant.
import type { z } from "zod";
import type { Problem } from "../../lib/error.ts";
import { nearest } from "../../lib/nearest.ts";
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import { type Path, problem, type Source } from "./source.ts";

type Issue = z.core.$ZodIssue;

/** One problem per mistake, in the order of the file. */
export function explainIssues(issues: Issue[], source: Source): Problem[] {
  const flat = issues.flatMap((issue) => flatten(issue, []));
  const unknown = flat.flatMap((issue) => (issue.code === "unrecognized_keys" ? unknownKeys(issue, source) : []));
  const others = firstOfEach(flat.filter((issue) => issue.code !== "unrecognized_keys"));
  const meant = new Set(unknown.flatMap((found) => (found.meant ? [found.meant] : [])));
  return [
    ...unknown.map((found) => found.problem),
    ...others.filter((issue) => !meant.has(pathText(issue.path))).map((issue) => explain(issue, source)),
  ].sort((a, b) => (a.where?.line ?? 0) - (b.where?.line ?? 0) || (a.where?.column ?? 0) - (b.where?.column ?? 0));
}

/** A value of the wrong kind is often also too short or unknown: one problem per place is enough. */
const firstOfEach = (issues: Issue[]): Issue[] =>
  issues.filter((issue, index) => issues.findIndex((other) => pathText(other.path) === pathText(issue.path)) === index);

/** Unions report every branch; the one that fits best tells people most. */
function flatten(issue: Issue, prefix: Path): Issue[] {
  const placed = { ...issue, path: [...prefix, ...issue.path] as PropertyKey[] } as Issue;
  if (placed.code !== "invalid_union") return [placed];
  const shaped = placed.errors.filter((branch) => branch.some((inner) => !wrongKind(inner)));
  const best = shaped.sort((a, b) => misfit(a) - misfit(b))[0];
  return best ? best.flatMap((inner) => flatten(inner, placed.path)) : [placed];
}

const wrongKind = (issue: Issue): boolean => issue.code === "invalid_type" && issue.path.length === 0;
const misfit = (branch: Issue[]): number => branch.reduce((sum, issue) => sum + weight(issue), 0);

/** Another `type` means another branch for certain, unknown keys very likely. */
function weight(issue: Issue): number {
  if (issue.code === "invalid_value" && issue.path.at(-1) === "type") return 100;
  return issue.code === "unrecognized_keys" ? 10 * issue.keys.length : 1;
}

function unknownKeys(issue: Extract<Issue, { code: "unrecognized_keys" }>, source: Source) {
  const known = knownKeys(issue.message);
  return issue.keys.map((key) => {
    const near = nearest(key, known);
    const hint = near ? say("config.did_you_mean", { name: near }) : say("config.known_keys", { keys: known });
    const where = source.where([...issue.path, key], true);
    return {
      meant: near ? pathText([...issue.path, near]) : null,
      problem: problem("unknown_key", say("config.unknown_key", { key, at: pathText(issue.path) }), where, hint),
    };
  });
}

function knownKeys(message: string): string[] {
  try {
    return JSON.parse(message) as string[];
  } catch {
    return [];
  }
}

function explain(issue: Issue, source: Source): Problem {
  const at = pathText(issue.path);
  const value = valueAt(source.value, issue.path);
  if ((issue.code === "invalid_type" || issue.code === "invalid_union") && value === undefined)
    return problem("missing_key", say("config.missing_key", { key: at }), source.where(issue.path, true));
  const where = source.where(issue.path);
  if (issue.code === "custom") return problem("bad_value", customText(issue), where);
  if (issue.code === "invalid_value") return choice(issue.values.map(String), value, at, where);
  if (issue.code === "invalid_key") return problem("bad_name", firstText(issue.issues), source.where(issue.path, true));
  if (issue.code === "too_small" || issue.code === "too_big") {
    const limit = Number(issue.code === "too_small" ? issue.minimum : issue.maximum);
    const side = issue.code === "too_small" ? ("least" as const) : ("most" as const);
    return problem("out_of_range", say("config.out_of_range", { key: at, side, limit, origin: issue.origin }), where);
  }
  const expected = issue.code === "invalid_type" ? issue.expected : issue.code;
  return problem(
    "wrong_type",
    say("config.wrong_type", { key: at, expected, value: value === null ? null : shown(value) }),
    where,
  );
}

function choice(values: string[], value: unknown, key: string, where: Problem["where"] & object): Problem {
  const near = typeof value === "string" ? nearest(value, values) : null;
  const hint = near ? say("config.did_you_mean", { name: near }) : undefined;
  return problem("bad_value", say("config.not_one_of", { key, value: shown(value), values }), where, hint);
}

const customText = (issue: Extract<Issue, { code: "custom" }>): Text =>
  (issue.params?.text as Text | undefined) ?? say("config.not_yaml", { message: issue.message });

function firstText(issues: Issue[]): Text {
  const first = issues[0];
  return first?.code === "custom" ? customText(first) : say("config.bad_name");
}

function pathText(path: Path): string {
  return path
    .map((part, index) => (typeof part === "number" ? `[${part + 1}]` : `${index ? "." : ""}${String(part)}`))
    .join("");
}

function valueAt(value: unknown, path: Path): unknown {
  let at: unknown = value;
  for (const part of path)
    at = at === null || at === undefined ? undefined : (at as Record<PropertyKey, unknown>)[part];
  return at;
}

/** A value as people typed it, short. */
function shown(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.length > 40 ? `${text.slice(0, 38)}..` : text;
}
