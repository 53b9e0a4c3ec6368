// Whether equal keys mean equal content for a node: pure, volatile or opaque, with reasons and places.
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";
import {
  giversOf,
  handedTables,
  looseParts,
  parametersOf,
  type TableParameters,
  tableParameters,
} from "./arguments.ts";
import { looksLikeTemplate, once, type TemplateFacts } from "./facts.ts";
import { isFileName, isFileReader, templateFiles } from "./files.ts";
import { COLUMNS_ID, type Finding, roughPieces, sqlPieces, templateFindings } from "./findings.ts";
import { computedSourceFindings, hasRunOnlyCode } from "./sources.ts";
import { type TableUse, type TableUses, tableUses } from "./tables.ts";
import type { ClassReason, NodeClass } from "./types.ts";

/** One template with its place: the node's code (lines known), a hook, or a macro. */
export interface PlacedTemplate {
  facts: TemplateFacts;
  file: string;
  /** True when `facts.source` is the file's own text, so that offsets are lines. */
  lines: boolean;
}

/** What can be asked about names, whatever the node. */
export interface NameFacts {
  /** True for macros of the project, of packages and of dbt. */
  isMacro: (name: string) => boolean;
  /** Value of a variable, in all its layers. */
  valueOf: (variable: string) => unknown;
}

/** What a set of macros says about the class of every node that reaches exactly these. */
export interface MacroPart {
  ctes: ReadonlySet<string>;
  tables: TableParameters;
  runOnlyCode: boolean;
  filePatterns: string[];
  reasons: PlacedFinding[];
}

interface PlacedFinding {
  reason: ClassReason;
  /** Counts only unless a CTE has this name, only with run-only code, or only when the node reads sources. */
  unless: { cte: string } | "runOnlyCode" | "readsSources" | null;
}

export interface ClassInput {
  /** Code, hooks and strings of the node itself. */
  templates: PlacedTemplate[];
  macros: MacroPart;
  /** Facts about the node itself: Python, its own materialization, microbatch. */
  given: { klass: ClassReason["klass"]; text: Text }[];
  file: string;
  /** False: `adapter.get_columns_in_relation` can only look at parents, whose keys hold their columns. */
  readsSources: boolean;
  names: NameFacts;
}

export interface Classification {
  klass: NodeClass;
  reasons: ClassReason[];
  filePatterns: string[];
}

/** Set-returning functions that read nothing but their arguments. */
const PURE_TABLES = new Set(
  `unnest generate_series generate_subscripts range values json_each json_tree json_array_elements json_array_elements_text
  json_object_keys jsonb_each jsonb_each_text jsonb_array_elements jsonb_array_elements_text jsonb_object_keys jsonb_to_record
  jsonb_to_recordset json_to_record json_to_recordset json_each_text json_populate_record json_populate_recordset json_table xmltable
  regexp_split_to_table regexp_matches string_to_table repeat_row jsonb_path_query jsonb_populate_record jsonb_populate_recordset
  rows flatten ts_stat`.split(/\s+/),
);

/** The weakest class of all findings; every finding is a reason, each once: the node's own first, then its macros'. */
export function classify(input: ClassInput): Classification {
  const { templates, macros, names } = input;
  const ctes = new Set([...macros.ctes, ...templates.flatMap(({ facts }) => ctesOf(facts))]);
  const runOnlyCode = macros.runOnlyCode || hasRunOnlyCode(templates.map(({ facts }) => facts));
  const own = templates.flatMap((template) => findingsOf(template, false, macros.tables, names));
  const wanted = ({ unless }: PlacedFinding): boolean => {
    if (unless === null) return true;
    if (unless === "runOnlyCode") return runOnlyCode;
    return unless === "readsSources" ? input.readsSources : !ctes.has(unless.cte);
  };
  const found = [...own, ...macros.reasons].filter(wanted).map(({ reason }) => reason);
  const reasons = unique([...input.given.map((one) => ({ ...one, where: { file: input.file } })), ...found]);
  const klass = reasons.some((reason) => reason.klass === "opaque")
    ? "opaque"
    : reasons.length > 0
      ? "volatile"
      : "pure";
  const patterns = [...templates.flatMap(({ facts }) => filesOf(facts).patterns), ...macros.filePatterns];
  return { klass, reasons, filePatterns: [...new Set(patterns)].sort() };
}

/** The macros' share. `internal`: dbt's own, whose run-only code is known to read nothing unseen. */
export function macroPart(own: readonly NamedMacro[], internal: readonly NamedMacro[], names: NameFacts): MacroPart {
  const all = [...own, ...internal];
  const tables = tableParameters(all);
  return {
    ctes: new Set(all.flatMap(({ facts }) => ctesOf(facts))),
    tables,
    runOnlyCode: hasRunOnlyCode(own.map(({ facts }) => facts)),
    filePatterns: all.flatMap(({ facts }) => filesOf(facts).patterns),
    reasons: all.flatMap(({ facts, file }) => findingsOf({ facts, file, lines: false }, true, tables, names)),
  };
}

export interface NamedMacro {
  name: string;
  file: string;
  facts: TemplateFacts;
}

function unique(reasons: readonly ClassReason[]): ClassReason[] {
  return reasons.length < 2
    ? [...reasons]
    : [...new Map(reasons.map((reason) => [JSON.stringify(reason), reason])).values()];
}

const filesOf = (facts: TemplateFacts) => once(facts, "files", templateFiles);
const tablesOf = (facts: TemplateFacts) => once(facts, "tables", templateTables);
const ctesOf = (facts: TemplateFacts): string[] => tablesOf(facts).flatMap(({ ctes }) => [...ctes]);

function findingsOf(
  template: PlacedTemplate,
  macro: boolean,
  tables: TableParameters,
  names: NameFacts,
): PlacedFinding[] {
  const { facts } = template;
  const place = (finding: Finding, unless: PlacedFinding["unless"] = null) => ({
    reason: placed(finding, template),
    unless,
  });
  const always = [
    ...once(facts, "findings", templateFindings),
    ...filesOf(facts).findings,
    ...handedFindings(facts, macro, tables, names),
  ];
  return [
    ...always.map((finding) => place(finding, finding.text.id === COLUMNS_ID ? "readsSources" : null)),
    ...once(facts, "computedSources", computedSourceFindings).map((finding) => place(finding, "runOnlyCode")),
    ...tablesOf(facts).flatMap(({ uses }) =>
      uses.flatMap((use) => {
        const text = tableReason(use, facts, macro, names);
        const unless = use.kind === "table" ? { cte: use.name.toLowerCase() } : null;
        return text ? [place({ klass: "opaque", text, start: use.start }, unless)] : [];
      }),
    ),
  ];
}

function placed({ klass, text, start }: Finding, template: PlacedTemplate): ClassReason {
  const { source } = template.facts;
  const line = source.slice(0, start).split("\n").length;
  const excerpt = source.split("\n")[line - 1]?.trim() ?? "";
  return { klass, text, where: { file: template.file, ...(template.lines ? { line } : {}), excerpt } };
}

/** Tables of the code, of captures, and of strings that look like queries. */
function templateTables(facts: TemplateFacts): TableUses[] {
  const strings = facts.tags.flatMap(({ chunk }) =>
    chunk.tokens.filter(({ kind, value }) => kind === "string" && isQuery(value)),
  );
  return [...sqlPieces(facts), ...strings.map(({ value }) => roughPieces(value))].map(tableUses);
}

const isQuery = (text: string): boolean => /\bselect\b.*\bfrom\b/is.test(text) && !looksLikeTemplate(text);

/** `{{ count_rows('raw.orders') }}` where the macro reads `from {{ its argument }}`. */
function handedFindings(facts: TemplateFacts, macro: boolean, tables: TableParameters, names: NameFacts): Finding[] {
  return handedTables(facts, tables).flatMap(({ start, tokens }): Finding[] => {
    const { texts, names: locals } = looseParts(tokens);
    const untracked = locals.filter(({ text }) => !isTrackedName(text, facts, macro, names));
    return [...texts, ...untracked].map(({ value }) => ({
      klass: "opaque",
      text: say("key.opaque_table", { name: value }),
      start,
    }));
  });
}

function tableReason(use: TableUse, facts: TemplateFacts, macro: boolean, names: NameFacts): Text | null {
  const { name } = use;
  if (use.kind === "file") return null;
  if (use.kind === "table") return isFileName(name) ? null : say("key.opaque_table", { name });
  if (use.kind === "function") {
    const known = PURE_TABLES.has(name.replace(/^pg_catalog\./, "")) || isFileReader(name);
    return known ? null : say("key.opaque_table_function", { name });
  }
  const tracked = use.kind === "tag" && isTrackedTag(use, facts, macro, names);
  return tracked ? null : say("key.opaque_computed_table", { name });
}

const RELATIONS = new Set(["ref", "source", "this", "builtins"]);

/** True when a tag in place of a table can only give parents, or a macro whose own text is looked at. */
function isTrackedTag(use: TableUse, facts: TemplateFacts, macro: boolean, names: NameFacts): boolean {
  if (use.chunk === null || use.chunk.kind === "raw") return use.chunk === null;
  const { tokens } = use.chunk;
  const head = tokens.find(({ kind }, i) => kind === "name" && tokens[i - 1]?.text !== ".")?.text;
  if (head === undefined || head === "env_var" || head === "target") return false;
  if (head === "var") return isRefVariable(tokens[2]?.value ?? "", names);
  const packaged = tokens[1]?.text === "." && tokens[3]?.text === "(" && names.isMacro(tokens[2]?.text ?? "");
  return packaged || (tokens[1]?.text === "(" && names.isMacro(head)) || isTrackedName(head, facts, macro, names);
}

/** dbt renders variables: `"{{ ref('x') }}"` in dbt_project.yml is a parent like any other. */
const isRefVariable = (name: string, { valueOf: read }: NameFacts): boolean =>
  /\{\{\s*(ref|source)\s*\(/.test(JSON.stringify(read(name) ?? null));

/**
 * A relation by its own name; a macro's argument (judged where the macro is called); or a local name when each statement that gives
 * it mentions one of these or a macro.
 */
function isTrackedName(name: string, facts: TemplateFacts, macro: boolean, names: NameFacts): boolean {
  const own = macro ? parametersOf(facts) : [];
  const tracked = (text: string) => RELATIONS.has(text) || names.isMacro(text) || own.includes(text);
  if (RELATIONS.has(name) || own.includes(name) || name === "_dbt_generic_test_kwargs") return true;
  const givers = giversOf(name, facts);
  return givers.length > 0 && givers.every((tokens) => tokens.some(({ text }) => tracked(text)));
}
