// What one template says about itself, read once per text: its SQL, its Jinja tags, and the names they hold.

import type { JinjaToken } from "./jinja.ts";
import { type Scan, type ScannedTag, type ScanOptions, scanSql } from "./sql.ts";
import { canonicalScan, exactMacroText, isConfigTag } from "./template.ts";

export interface TemplateFacts {
  source: string;
  /** dbt's adapter type. */
  adapter: string;
  scan: Scan;
  /** Every tag but `{{ config(..) }}`, whose values are known; templates inside strings included. */
  tags: ScannedTag[];
  /** Identifiers in tags, and words inside strings of tags. */
  words: ReadonlySet<string>;
  /** False: Jinja itself could not be cut, so anything may be in it. */
  readable: boolean;
  canonical: { text: string; sensitive: boolean };
  exact: string;
  /** What others have found out about this text already; see `once`. */
  found: Map<string, unknown>;
}

/** Works something out about a template one time only. */
export function once<T>(facts: TemplateFacts, name: string, make: (facts: TemplateFacts) => T): T {
  if (!facts.found.has(name)) facts.found.set(name, make(facts));
  return facts.found.get(name) as T;
}

/** Remembers the facts of texts: macros and hooks are met once per node. One per computation. */
export class TemplateReader {
  private readonly known = new Map<string, TemplateFacts>();
  private readonly adapter: string;

  constructor(adapter: string) {
    this.adapter = adapter;
  }

  read(source: string, kind: ScanOptions["kind"] = "model"): TemplateFacts {
    const id = `${kind}:${source}`;
    const found = this.known.get(id);
    if (found) return found;
    const facts = this.make(source, kind);
    this.known.set(id, facts);
    return facts;
  }

  private make(source: string, kind: ScanOptions["kind"]): TemplateFacts {
    const scan = scanSql(source, { kind });
    const own = scan.tags.filter(({ chunk }) => !isConfigTag(chunk));
    const tags = [...own, ...own.flatMap((tag) => this.nestedTags(tag))];
    return {
      source,
      adapter: this.adapter,
      scan,
      tags,
      words: new Set(tags.flatMap(({ chunk }) => chunk.tokens.flatMap(tokenWords))),
      readable: isReadable(scan, source) && !tags.some(rendersComputed) && this.nestedAreReadable(own),
      canonical: canonicalScan(source, scan, { adapter: this.adapter, kind }),
      exact: kind === "macro" ? exactMacroText(source) : source,
      found: new Map(),
    };
  }

  private nestedAreReadable(tags: readonly ScannedTag[]): boolean {
    const strings = tags.flatMap(({ chunk }) =>
      chunk.tokens.filter(({ kind, value }) => kind === "string" && looksLikeTemplate(value)),
    );
    return strings.every(({ value }) => this.read(value).readable);
  }

  /** `{{ render("{{ var('x') }}") }}`: a string may be a template of its own. */
  private nestedTags({ chunk }: ScannedTag): ScannedTag[] {
    const strings = chunk.tokens.filter(({ kind, value }) => kind === "string" && looksLikeTemplate(value));
    return strings.flatMap(({ value }) =>
      this.read(value).tags.map((tag) => ({ ...tag, context: "capture" as const })),
    );
  }
}

const isReadable = (scan: Scan, source: string): boolean => scan.tags.length > 0 || !/\{[{%]/.test(source);

/** `render(x)` of a text that is put together when it runs: it may hold any code. */
const rendersComputed = ({ chunk: { tokens } }: ScannedTag): boolean =>
  tokens.some(({ kind, text }, i) => {
    if (kind !== "name" || text !== "render" || tokens[i - 1]?.text === ".") return false;
    return !(tokens[i + 1]?.text === "(" && tokens[i + 2]?.kind === "string" && tokens[i + 3]?.text === ")");
  });

export const looksLikeTemplate = (text: string): boolean => /\{[{%]/.test(text);

/** Names of Jinja, and everything in a string that could be a name. */
export function tokenWords(token: JinjaToken): string[] {
  if (token.kind === "name") return [token.text];
  return token.kind === "string" ? (token.value.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []) : [];
}

/** All strings in a value of any shape that are templates: rendered by dbt while the node is built. */
export function templateStrings(value: unknown): string[] {
  if (typeof value === "string") return looksLikeTemplate(value) ? [value] : [];
  if (value === null || typeof value !== "object") return [];
  return Object.values(value).flatMap(templateStrings);
}
