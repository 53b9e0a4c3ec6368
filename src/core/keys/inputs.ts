// Which variables, environment values, target fields and facts about itself a node's code can see, and their values.
import { sha256 } from "../../lib/hash.ts";
import { isSecretMark } from "../config/secret-names.ts";
import { looksLikeTemplate, type TemplateFacts, templateStrings } from "./facts.ts";
import type { JinjaToken } from "./jinja.ts";
import type { ScannedTag } from "./sql.ts";
import type { KeyInput } from "./types.ts";

/** Names used; `all` when a name is computed or the thing is handed on as a whole. */
export interface Uses {
  names: Set<string>;
  all: boolean;
}

/**
 * `names`: published schema and name. `all`: everything about the node itself (descriptions, tags, meta ..). Else the
 * configuration fields it names.
 */
export interface InputUses {
  vars: Uses;
  env: Uses;
  target: Uses;
  flags: Uses;
  visible: Uses;
}

/** Names the code can see, and the values that go into the key. `vars`: by layer. */
export interface InputValues {
  vars: Record<string, Record<string, unknown>>;
  env: Record<string, unknown>;
  target: Record<string, unknown>;
  flags: Record<string, unknown>;
}

const NO_CONTENT_FIELDS = [
  "meta",
  "tags",
  "docs",
  "group",
  "access",
  "grants",
  "persist_docs",
  "description",
  "enabled",
];

export const emptyUses = (): InputUses => ({
  vars: { names: new Set(), all: false },
  env: { names: new Set(), all: false },
  target: { names: new Set(), all: false },
  flags: { names: new Set(), all: false },
  visible: { names: new Set(), all: false },
});

/** What one template uses. `parameters`: names that are the macro's own arguments, so they hide dbt's. */
export function templateUses(facts: TemplateFacts): InputUses {
  const uses = emptyUses();
  const own = macroParameters(facts);
  if (!facts.readable) for (const use of Object.values(uses)) use.all = true;
  for (const tag of facts.tags) for (const [i, token] of tag.chunk.tokens.entries()) addUse(uses, tag, token, i, own);
  return uses;
}

export function mergeUses(all: readonly InputUses[]): InputUses {
  const merged = emptyUses();
  for (const uses of all)
    for (const kind of Object.keys(merged) as (keyof InputUses)[]) {
      merged[kind].all ||= uses[kind].all;
      for (const name of uses[kind].names) merged[kind].names.add(name);
    }
  return merged;
}

/** `a` and `b` of `{% macro name(a, b=target.name) %}`; never what stands in a default. */
function macroParameters({ scan }: TemplateFacts): Set<string> {
  const first = scan.tags[0]?.chunk;
  const found = new Set<string>();
  if (first?.kind !== "stmt" || !["macro", "test", "data_test"].includes(first.tokens[0]?.text ?? "")) return found;
  let depth = 0;
  for (const [i, { kind, text }] of first.tokens.entries()) {
    if (kind === "op" && "([{".includes(text)) depth += 1;
    else if (kind === "op" && ")]}".includes(text)) depth -= 1;
    else if (kind === "name" && depth === 1 && ["(", ","].includes(first.tokens[i - 1]?.text ?? "")) found.add(text);
  }
  return found;
}

function addUse(uses: InputUses, tag: ScannedTag, token: JinjaToken, at: number, own: Set<string>): void {
  const { tokens } = tag.chunk;
  if (token.kind !== "name") return;
  const attribute = tokens[at - 1]?.text === ".";
  if (attribute && tokens[at - 2]?.text !== "builtins" && tokens[at - 2]?.text !== "context") return;
  if (own.has(token.text) && !attribute) return;
  if (token.text === "var") addCall(uses.vars, tokens, at);
  else if (token.text === "env_var") addCall(uses.env, tokens, at);
  else if (token.text === "target") addField(uses.target, tokens, at);
  else if (token.text === "flags") addField(uses.flags, tokens, at);
  else addVisible(uses.visible, tag, at);
}

/** `var("x")`, `var.has_var("x")`, `var(x)`: all. */
function addCall(use: Uses, tokens: readonly JinjaToken[], at: number): void {
  const open = tokens[at + 1]?.text === "." && tokens[at + 2]?.text === "has_var" ? at + 3 : at + 1;
  const named = tokens[open + 2]?.text === "=" ? open + 3 : open + 1;
  const name = tokens[named];
  const literal =
    tokens[open]?.text === "(" && name?.kind === "string" && [",", ")"].includes(tokens[named + 1]?.text ?? "");
  if (literal) use.names.add(name.value);
  else use.all = true;
}

const MAPPING_METHODS = new Set(["items", "keys", "values", "copy", "update", "pop"]);

/** `target.x`, `target["x"]`, `target.get("x")`; anything else sees it whole. */
function addField(use: Uses, tokens: readonly JinjaToken[], at: number): void {
  const name = fieldName(tokens, at);
  if (name === null) use.all = true;
  else use.names.add(name);
}

function fieldName(tokens: readonly JinjaToken[], at: number): string | null {
  const [next, after, third] = tokens.slice(at + 1, at + 4);
  if (next?.text === "[") return after?.kind === "string" && third?.text === "]" ? after.value : null;
  if (next?.text !== "." || after?.kind !== "name") return null;
  if (after.text !== "get" && after.text !== "require") return MAPPING_METHODS.has(after.text) ? null : after.text;
  const argument = tokens[at + 4];
  const literal = third?.text === "(" && argument?.kind === "string" && [",", ")"].includes(tokens[at + 5]?.text ?? "");
  return literal ? argument.value : null;
}

/** What the code may learn about its own node: its names by `this`, its documentation by `model` and `config`. */
function addVisible(use: Uses, { chunk, context }: ScannedTag, at: number): void {
  const { tokens } = chunk;
  const name = tokens[at]?.text ?? "";
  const assigned = tokens[at + 1]?.text === "=" && tokens[at + 2]?.text !== "=";
  if (assigned) return;
  if (name === "this") {
    const whole = chunk.kind === "expr" && tokens.length === 1 && (context === "code" || context === "comment");
    if (!whole) use.names.add("names");
  } else if (name === "schema" || name === "database") use.names.add("names");
  else if (name === "model") addModelField(use, fieldName(tokens, at));
  else if (name === "config" && tokens[at + 1]?.text !== "(") addConfigField(use, tokens, at);
}

const NAME_FIELDS = new Set(["schema", "alias", "database", "relation_name", "identifier"]);
/** Of `model`: what the key holds anyway. */
const KEYED_FIELDS = new Set([
  "unique_id",
  "name",
  "resource_type",
  "package_name",
  "language",
  "version",
  "latest_version",
  "refs",
  "sources",
]);

function addModelField(use: Uses, field: string | null): void {
  if (field === null) use.all = true;
  else if (NAME_FIELDS.has(field)) use.names.add("names");
  else if (!KEYED_FIELDS.has(field)) use.all = true;
}

function addConfigField(use: Uses, tokens: readonly JinjaToken[], at: number): void {
  const method = tokens[at + 2]?.text ?? "";
  if (tokens[at + 1]?.text === "." && method.startsWith("persist_")) use.names.add("persist_docs");
  else if (tokens[at + 1]?.text === "." && method.startsWith("meta_")) use.names.add("meta");
  else {
    const field = fieldName(tokens, at);
    if (field === null) use.all = true;
    else if (NAME_FIELDS.has(field)) use.names.add("names");
    else if (NO_CONTENT_FIELDS.includes(field)) use.names.add(field);
  }
}

type ValueSource = Pick<KeyInput, "vars" | "env" | "targetValues"> & { flags?: Record<string, unknown> };

/** The values behind the names, secrets as they are. */
export function inputValues(uses: InputUses, from: ValueSource): InputValues {
  const layers = varLayers(from.vars);
  const vars = uses.vars.all
    ? [...new Set(layers.flatMap(({ values }) => Object.keys(values)))].sort()
    : [...uses.vars.names].sort();
  return {
    vars: Object.fromEntries(vars.map((name) => [name, varValue(name, layers)])),
    env: pick(uses.env, from.env),
    target: pick(uses.target, from.targetValues),
    flags: pick(uses.flags, from.flags ?? {}),
  };
}

interface VarLayer {
  scope: string;
  values: Record<string, unknown>;
}

/** Every place a variable may be set in. Blocks of packages inside dbt_project.yml count as layers of their own too. */
function varLayers(vars: KeyInput["vars"]): VarLayer[] {
  const blocks = Object.entries(vars.project).filter(([, value]) => isRecord(value)) as [
    string,
    Record<string, unknown>,
  ][];
  const own = Object.entries(vars.packages).flatMap(([name, values]) => {
    const nested = Object.entries(values).filter(([, value]) => isRecord(value)) as [string, Record<string, unknown>][];
    return [
      { scope: `package ${name}`, values },
      ...nested.map(([block, inner]) => ({ scope: `package ${name}: ${block}`, values: inner })),
    ];
  });
  return [
    { scope: "cli", values: vars.cli },
    { scope: "project", values: vars.project },
    ...blocks.map(([name, values]) => ({ scope: `project: ${name}`, values })),
    ...own,
  ];
}

/** Every value a variable may have, by the layer that sets it. */
export const variableLayers = (name: string, vars: KeyInput["vars"]): Record<string, unknown> =>
  varValue(name, varLayers(vars));

/** By layer: which one dbt takes depends on the package that asks. {}: not set, which is not the same as null. */
function varValue(name: string, layers: readonly VarLayer[]): Record<string, unknown> {
  const set = layers.filter(({ values }) => Object.hasOwn(values, name));
  return Object.fromEntries(set.map(({ scope, values }) => [scope, values[name]]));
}

function pick(use: Uses, values: Record<string, unknown>): Record<string, unknown> {
  const names = use.all ? Object.keys(values) : [...use.names];
  return Object.fromEntries(names.sort().map((name) => [name, values[name] ?? null]));
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** Templates inside the values of variables: dbt renders those when `var()` is called. */
export const valueTemplates = (values: InputValues): string[] => templateStrings(values.vars);

/** True when a value, put into SQL, may open a literal or comment and so decide what its neighbours are. */
export function isRiskyValue(value: unknown): boolean {
  if (typeof value === "string") return !looksLikeTemplate(value) && /['"$\\\n\r]|--|\/\*|\*\/|[-/]$/.test(value);
  return value !== null && typeof value === "object" && Object.values(value).some(isRiskyValue);
}

/** Values as they may be stored and shown: what is named like a secret becomes a short fingerprint. */
export function shownValues(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      isSecretName(name) || isSecretMark(value) ? fingerprint(value) : value,
    ]),
  );
}

/** A variable as people know it: its value where one layer sets it, null where none does. */
export const shownVars = (vars: InputValues["vars"]): Record<string, unknown> =>
  shownValues(
    Object.fromEntries(
      Object.entries(vars).map(([name, layers]) => {
        const set = Object.values(layers);
        return [name, set.length > 1 ? layers : (set[0] ?? null)];
      }),
    ),
  );

const isSecretName = (name: string): boolean => /secret|passw|token|credential|api_?key|private_?key/i.test(name);

const fingerprint = (value: unknown): unknown =>
  value === null ? null : `*** (${sha256(JSON.stringify(value) ?? "").slice(0, 4)})`;
