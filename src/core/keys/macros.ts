// Which macros a node can reach, by dbt's record and by every name that stands in its text; and which text of each counts.
import { sha256 } from "../../lib/hash.ts";
import type { Manifest, ManifestMacro } from "../project/manifest.ts";
import { once, type TemplateFacts, type TemplateReader } from "./facts.ts";
import { bendsMacros, callsComputedNames } from "./macro-text.ts";
import type { MacroComponent } from "./types.ts";

/** Macros that only name or place relations: never content. */
const NAMING = /(^|__)generate_(schema|alias|database)_name$|(^|__)generate_latest_version_pointer_alias$/;
/** Generic tests reach their own nodes by name. */
const TESTING = /^test_|__test_/;
/** Adapters whose dispatch prefixes are known; for others every prefix counts. */
const DISPATCH_PREFIXES: Record<string, readonly string[]> = {
  duckdb: ["default", "duckdb"],
  postgres: ["default", "postgres"],
};

/** dbt's own macros that look at the node's own relation or options only: known to the plan. */
const HARMLESS = new Set(["is_incremental", "should_full_refresh", "should_store_failures", "should_revoke"]);
export interface MacroSettings {
  adapterType: string;
  /** `dispatch:` of dbt_project.yml; undefined: not known, then macros of any package may stand in for dbt's own. */
  dispatch?: unknown;
}

interface KnownMacro {
  macro: ManifestMacro;
  facts: TemplateFacts;
  /** Uses another project macro otherwise than as a plain `{{ name(..) }}`. */
  bendsText: boolean;
}

export interface Closure {
  /** unique_ids of project and package macros, sorted. */
  ids: string[];
  /** A computed name was found, so this is every macro there is. */
  everything: boolean;
  /** Some macro is used otherwise than as a plain `{{ name(..) }}`: its blanks and comments may count. */
  bent: boolean;
  /** Some macro's output may open a literal or comment that it does not close. */
  unbalanced: boolean;
}

/** Macros whose text bears on a node's class. */
export interface Touched {
  own: string[];
  /** dbt's own macros that its text calls, not those of the materialization. */
  internal: ManifestMacro[];
}

/** All macros of a manifest, ready to be asked who reaches what. */
export class MacroMap {
  private readonly known = new Map<string, KnownMacro>();
  /** dbt's own by name, and by the name they are dispatched from. */
  private readonly internal = new Map<string, ManifestMacro[]>();
  private readonly byName = new Map<string, string[]>();
  private readonly standIns: string[];
  private readonly packages: Set<string>;
  private readonly closures = new Map<string, string[]>();
  private readonly reader: TemplateReader;
  private readonly settings: MacroSettings;

  constructor(manifest: Manifest, reader: TemplateReader, settings: MacroSettings) {
    this.reader = reader;
    this.settings = settings;
    const macros = Object.values(manifest.macros).sort((a, b) => (a.unique_id < b.unique_id ? -1 : 1));
    const own = macros.filter((macro) => !this.isInternal(macro));
    for (const macro of macros) {
      if (!this.isInternal(macro)) this.index(macro);
      else for (const name of this.namesOf(macro)) this.internal.set(name, [...(this.internal.get(name) ?? []), macro]);
    }
    this.packages = new Set(own.map((macro) => macro.package_name));
    for (const macro of own) this.known.set(macro.unique_id, this.makeKnown(macro));
    const mayStandIn = this.standInPackages(manifest);
    this.standIns = own
      .filter((macro) => mayStandIn(macro.package_name) && this.isStandIn(macro))
      .map((macro) => macro.unique_id);
  }

  /** Macros of dbt and the adapter: the engine's versions stand for them. */
  isInternal(macro: ManifestMacro): boolean {
    return macro.package_name === "dbt" || macro.package_name === `dbt_${this.settings.adapterType}`;
  }

  facts(id: string): TemplateFacts | undefined {
    return this.known.get(id)?.facts;
  }

  macro(id: string): ManifestMacro | undefined {
    return this.known.get(id)?.macro;
  }

  private readonly isKnown = (name: string): boolean => this.byName.has(name);

  /** True for dbt's own macros too. */
  isMacro(name: string): boolean {
    return this.byName.has(name) || this.internal.has(name);
  }

  /** Names of every macro that may carry out a materialization on this adapter (or, for unknown adapters, on any). */
  materializationNames(materialized: string): string[] {
    const found = this.materializations.get(materialized) ?? this.findMaterialization(materialized);
    this.materializations.set(materialized, found);
    return found;
  }

  private readonly materializations = new Map<string, string[]>();

  private findMaterialization(materialized: string): string[] {
    const prefix = `materialization_${materialized}_`;
    const suffixes = DISPATCH_PREFIXES[this.settings.adapterType];
    const names = [...this.byName.keys(), ...this.internal.keys()].filter((name) => name.startsWith(prefix));
    return [...new Set(names)].filter((name) => !suffixes || suffixes.includes(name.slice(prefix.length)));
  }

  /** True when a package other than dbt's own defines it, e.g. `materialization_table_default`. */
  isCustom(name: string): boolean {
    return (this.byName.get(name) ?? []).length > 0;
  }

  /**
   * Macros whose text bears on the class of a node: those its templates and names reach, and of the project's stand-ins only those
   * whose original is reached.
   */
  touched(templates: readonly TemplateFacts[], names: readonly string[], closure: Closure): Touched {
    const direct = templates.flatMap((facts) => this.idsIn(facts)).concat(names.flatMap((name) => this.idsOf(name)));
    const internal = templates.flatMap((facts) => this.internalWords(facts));
    const memo = JSON.stringify([
      [...new Set(direct)].sort(),
      [...new Set(internal)].sort(),
      names,
      closure.everything,
    ]);
    const found = this.touches.get(memo) ?? this.findTouched(direct, internal, names, closure.everything);
    this.touches.set(memo, found);
    return found;
  }

  private readonly touches = new Map<string, Touched>();

  private findTouched(direct: string[], words: string[], names: readonly string[], everything: boolean): Touched {
    const reached = everything ? [...this.known.keys()] : this.reach(direct);
    const reachedWords = reached.flatMap((id) => this.internalWords(this.known.get(id)?.facts as TemplateFacts));
    const internal = this.internalReach([...words, ...reachedWords]);
    const behind = new Set([...internal, ...this.internalReach(names)].flatMap((macro) => this.namesOf(macro)));
    const standIns = this.standIns.filter((id) => {
      const { macro } = this.known.get(id) as KnownMacro;
      return this.namesOf(macro).some((original) => behind.has(original));
    });
    return { own: [...new Set([...reached, ...this.reach(standIns)])].sort(), internal };
  }

  private readonly reachedFrom = new Map<string, ManifestMacro[]>();

  /** Closure over dbt's own macros, by dbt's record, from names. Most nodes start from the same few names. */
  private internalReach(names: readonly string[]): ManifestMacro[] {
    const known = [...new Set(names)].filter((name) => this.internal.has(name)).sort();
    const memo = known.join(" ");
    const reached = this.reachedFrom.get(memo) ?? this.reachInternal(known);
    this.reachedFrom.set(memo, reached);
    return reached;
  }

  private reachInternal(names: readonly string[]): ManifestMacro[] {
    const found = new Map<string, ManifestMacro>();
    const stack = names.flatMap((name) => this.internal.get(name) ?? []);
    for (let macro = stack.pop(); macro; macro = stack.pop()) {
      if (found.has(macro.unique_id)) continue;
      found.set(macro.unique_id, macro);
      for (const name of [macro.name, ...(macro.depends_on.macros ?? []).map((id) => id.split(".").at(-1) ?? "")])
        if (!HARMLESS.has(name)) stack.push(...(this.internal.get(name) ?? []));
    }
    return [...found.values()];
  }

  /**
   * Everything reachable from templates, names (materialization, strategies, generic test) and the ids dbt recorded. Project macros
   * that stand in for dbt's own are always included: dbt's Python code calls those too.
   */
  closure(templates: readonly TemplateFacts[], names: readonly string[], recorded: readonly string[]): Closure {
    const roots = new Set([
      ...this.standIns,
      ...recorded.filter((id) => this.known.has(id)),
      ...names.flatMap((name) => this.idsOf(name)),
    ]);
    for (const facts of templates) for (const id of this.idsIn(facts)) roots.add(id);
    const everything = templates.some((facts) => this.computesNames(facts));
    const ids = everything ? [...this.known.keys()] : this.reach([...roots]);
    const dynamic = !everything && ids.some((id) => this.computesNames(this.known.get(id)?.facts as TemplateFacts));
    const all = (dynamic ? [...this.known.keys()] : ids).sort();
    return {
      ids: all,
      everything: everything || dynamic,
      bent:
        everything ||
        dynamic ||
        templates.some((template) => once(template, "bends", (facts) => bendsMacros(facts, this.isKnown, null))) ||
        all.some((id) => this.known.get(id)?.bendsText),
      unbalanced: all.some((id) => this.known.get(id)?.facts.canonical.sensitive),
    };
  }

  /** The texts that stand for macros in a key: canonical when every use is plain and nothing in them is doubtful, else exact. */
  components(closure: Closure): Record<string, MacroComponent> {
    const exact = closure.bent || closure.unbalanced;
    return Object.fromEntries(closure.ids.map((id) => [id, this.component(id, exact)]));
  }

  private readonly made = new Map<string, MacroComponent>();

  private component(id: string, exact: boolean): MacroComponent {
    const memo = `${exact}:${id}`;
    const known = this.known.get(id) as KnownMacro;
    const found = this.made.get(memo);
    if (found) return found;
    const text = exact ? known.facts.exact : known.facts.canonical.text;
    const made = { file: known.macro.original_file_path, hash: sha256(text), text };
    this.made.set(memo, made);
    return made;
  }

  private makeKnown(macro: ManifestMacro): KnownMacro {
    const facts = this.reader.read(macro.macro_sql, "macro");
    return { macro, facts, bendsText: bendsMacros(facts, this.isKnown, macro.name) };
  }

  private index(macro: ManifestMacro): void {
    for (const name of this.namesOf(macro)) {
      const ids = this.byName.get(name);
      if (ids) ids.push(macro.unique_id);
      else this.byName.set(name, [macro.unique_id]);
    }
  }

  private namesOf = (macro: ManifestMacro): string[] => [macro.name, ...this.undispatched(macro.name)];

  /** `default__x` -> [`x`]: the names under which `adapter.dispatch` may find this macro. */
  private undispatched(name: string): string[] {
    const prefixes = DISPATCH_PREFIXES[this.settings.adapterType];
    const parts = name.split("__");
    const cuts = parts
      .slice(1)
      .map((_, i) => ({ prefix: parts.slice(0, i + 1).join("__"), rest: parts.slice(i + 1).join("__") }));
    return cuts
      .filter(({ prefix, rest }) => rest !== "" && (!prefixes || prefixes.includes(prefix)))
      .map(({ rest }) => rest);
  }

  private isStandIn(macro: ManifestMacro): boolean {
    if (NAMING.test(macro.name) || TESTING.test(macro.name) || macro.name.startsWith("materialization_")) return false;
    return this.namesOf(macro).some((name) => this.internal.has(name));
  }

  private standInPackages(manifest: Manifest): (name: string) => boolean {
    const root = manifest.metadata.project_name;
    const { dispatch } = this.settings;
    if (!root || dispatch === undefined) return () => true;
    const named = JSON.stringify(dispatch) ?? "";
    return (name) => name === root || named.includes(JSON.stringify(name));
  }

  private idsOf(name: string): string[] {
    return this.byName.get(name) ?? [];
  }

  private idsIn(template: TemplateFacts): string[] {
    return once(template, "macroIds", (facts) =>
      facts.readable ? [...facts.words].flatMap((word) => this.idsOf(word)) : [...this.known.keys()],
    );
  }

  private internalWords(template: TemplateFacts): string[] {
    return once(template, "internalWords", ({ words }) =>
      [...words].filter((word) => this.internal.has(word) && !HARMLESS.has(word)),
    );
  }

  private computesNames(template: TemplateFacts): boolean {
    return once(template, "computesNames", (facts) => callsComputedNames(facts, this.packages));
  }

  private reach(roots: string[]): string[] {
    const found = new Set(roots);
    for (const id of found) for (const next of this.direct(id)) found.add(next);
    return [...found];
  }

  private direct(id: string): string[] {
    const found = this.closures.get(id);
    if (found) return found;
    const { macro, facts } = this.known.get(id) as KnownMacro;
    const recorded = (macro.depends_on.macros ?? []).filter((next) => this.known.has(next));
    const direct = [...new Set([...recorded, ...this.idsIn(facts)])];
    this.closures.set(id, direct);
    return direct;
  }
}
