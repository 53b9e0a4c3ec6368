// One node's own part of its key: code, config, macros, inputs, class. Parents and data come later.
import { canonicalJson, sha256 } from "../../lib/hash.ts";
import { sameJson } from "../../lib/same-json.ts";
import type { Manifest, ManifestMacro } from "../project/manifest.ts";
import type { NodeId } from "../project/relation.ts";
import { buildConfig, contractOf, visibleFacts, withHooks } from "./config.ts";
import { once, type TemplateFacts, TemplateReader } from "./facts.ts";
import { sourceIdentity } from "./files.ts";
import {
  type InputUses,
  inputValues,
  isRiskyValue,
  mergeUses,
  shownValues,
  shownVars,
  templateUses,
  valueTemplates,
  variableLayers,
} from "./inputs.ts";
import { type Closure, MacroMap, type Touched } from "./macros.ts";
import { namedSources } from "./sources.ts";
import { extraFields, givenClass, type KeyedNode, nodeSubject, type Subject } from "./subject.ts";
import { KEY_FORMAT, type KeyComponents, type KeyInput, type NodeFacts, type TestKey } from "./types.ts";
import {
  type ClassInput,
  classify,
  type MacroPart,
  macroPart,
  type NameFacts,
  type PlacedTemplate,
} from "./volatile.ts";

export type AnalysisInput = Omit<KeyInput, "tokens" | "seedHashes" | "forced" | "bases" | "choose" | "snapshotStates">;

type OwnComponents = Omit<KeyComponents, "seed" | "parents" | "token" | "state" | "base" | "forced">;

/** A node by itself. `hash` is over the true values; `components` shows secrets as fingerprints. */
export interface OwnPart {
  facts: NodeFacts;
  components: OwnComponents;
  hash: string;
}

/** What was found out about a subject. */
export interface SubjectAnalysis {
  code: string;
  closure: Closure;
  uses: InputUses;
  values: ReturnType<typeof inputValues>;
  macros: KeyComponents["macros"];
  /** The form of a string that counts: canonical where that is safe. */
  strings: (text: string) => string;
  /** Sources named in any text, recorded by dbt or not. */
  sources: NodeId[];
  classInput: ClassInput;
}

/** Reads nodes of one manifest and remembers what it found: good for any number of computations with the same input. */
export class Analysis {
  readonly macros: MacroMap;
  private readonly reader: TemplateReader;
  /** As it may be shown. */
  readonly engine: Record<string, unknown>;
  private readonly engineHash: string;
  private readonly runHooks: ReturnType<Analysis["readRunHooks"]>;
  readonly input: AnalysisInput;

  constructor(input: AnalysisInput) {
    const { manifest, engine } = input;
    this.input = input;
    this.reader = new TemplateReader(engine.adapterType);
    this.macros = new MacroMap(manifest, this.reader, {
      adapterType: engine.adapterType,
      dispatch: engine.projectFields?.dispatch,
    });
    const whole = { ...engine, projectFields: engine.projectFields ?? {}, quoting: manifest.metadata.quoting ?? null };
    this.engine = shownValues(whole);
    this.engineHash = sha256(canonicalJson(whole));
    this.runHooks = this.readRunHooks();
  }

  private readonly parts = new Map<NodeId, OwnPart>();
  /** Keys of tests as they were computed last, with the parents and the named sources they were computed from. */
  readonly tests = new Map<NodeId, { sources: NodeId[]; against: string; key: TestKey }>();

  /**
   * Takes over from the reading of another commit what cannot be different here. For equal inputs apart from the manifest. A node's part
   * comes from the node, from macros, sources and run hooks, and from nothing else of a manifest.
   */
  adopt(earlier: Analysis): void {
    const [now, before] = [this.input.manifest, earlier.input.manifest];
    if (!sameJson(surroundings(now), surroundings(before))) return;
    for (const kind of ["nodes", "functions", "unit_tests"] as const)
      for (const [id, node] of Object.entries(now[kind] ?? {})) {
        const [part, test] = [earlier.parts.get(id), earlier.tests.get(id)];
        if (!(part || test) || !sameJson(node, before[kind]?.[id])) continue;
        if (part) this.parts.set(id, part);
        if (test) this.tests.set(id, test);
      }
  }

  /** Own part of a model, seed, snapshot or function. */
  node(node: KeyedNode): OwnPart {
    const part = this.parts.get(node.unique_id) ?? this.makePart(node);
    this.parts.set(node.unique_id, part);
    return part;
  }

  private makePart(node: KeyedNode): OwnPart {
    const config = buildConfig(node);
    const found = this.subject(nodeSubject(node, config, this.macros));
    const sources = this.identities(sourceIds(node, found.sources, this.input));
    const shown = {
      format: KEY_FORMAT,
      node: node.unique_id,
      resourceType: node.resource_type,
      language: node.language ?? "",
      code: found.code,
      config: withHooks(config, found.strings),
      macros: found.macros,
      visible: visibleFacts(node, found.uses),
      contract: contractOf(node),
      extra: extraFields(node),
      sources,
      hooks: this.runHooks.texts,
    };
    const secret = {
      vars: found.values.vars,
      env: found.values.env,
      target: found.values.target,
      flags: found.values.flags,
    };
    const { klass, reasons, filePatterns } = classify({
      ...found.classInput,
      given: givenClass(node, this.macros),
      readsSources: Object.keys(sources).length > 0,
    });
    return {
      facts: { node: node.unique_id, klass, reasons, filePatterns, sources: Object.keys(sources) },
      hash: this.hashOf({ ...shown, ...secret }),
      components: {
        ...shown,
        vars: shownVars(secret.vars),
        env: shownValues(secret.env),
        target: secret.target,
        flags: secret.flags,
        engine: this.engine,
      },
    };
  }

  /** Hash of components with the engine and the project's run hooks; macros count by their hashes. */
  hashOf(parts: Record<string, unknown> & { macros: KeyComponents["macros"] }): string {
    const macros = Object.entries(parts.macros).map(([id, { hash }]) => [id, hash]);
    return sha256(canonicalJson({ ...parts, macros, hooks: this.runHooks.hash, engine: this.engineHash }));
  }

  /** Everything a text can reach and see. */
  subject(subject: Subject): SubjectAnalysis {
    const code = this.reader.read(subject.python ? "" : subject.code);
    let strings = [...new Set(subject.strings)].map((text) => this.reader.read(text));
    let found = this.reachFrom(code, strings, subject);
    // Values of variables may be templates, which reach and see more.
    for (;;) {
      const more = valueTemplates(found.values)
        .map((text) => this.reader.read(text))
        .filter((facts) => !strings.includes(facts));
      if (more.length === 0) break;
      strings = [...strings, ...more];
      found = this.reachFrom(code, strings, subject);
    }
    const exact = subject.python || found.exact || code.canonical.sensitive;
    return {
      ...found,
      code: exact ? subject.code : code.canonical.text,
      strings: (text) => (found.exact ? text : this.reader.read(text).canonical.text),
      macros: this.macros.components(found.closure),
      sources: namedSources(this.textsOf(code, strings, found.closure), this.input.manifest),
      classInput: this.classInput(subject, code, strings, found),
    };
  }

  private reachFrom(code: TemplateFacts, strings: TemplateFacts[], subject: Subject) {
    const closure = this.macros.closure([code, ...strings], subject.names, subject.recorded);
    const texts = this.textsOf(code, strings, closure);
    const uses = mergeUses(texts.map((facts) => once(facts, "uses", templateUses)));
    const values = inputValues(uses, this.input);
    const readsCode =
      closure.ids.some((id) => readsOwnCode(this.macros.facts(id) as TemplateFacts)) ||
      [code, ...strings].some(readsOwnCode);
    const custom = subject.names.some((name) => name.startsWith("materialization_") && this.macros.isCustom(name));
    return { closure, uses, values, exact: closure.unbalanced || readsCode || custom || isRiskyValue(values) };
  }

  private textsOf = (code: TemplateFacts, strings: readonly TemplateFacts[], closure: Closure): TemplateFacts[] => [
    code,
    ...strings,
    ...closure.ids.map((id) => this.macros.facts(id) as TemplateFacts),
  ];

  private classInput(
    subject: Subject,
    code: TemplateFacts,
    strings: TemplateFacts[],
    found: { closure: Closure },
  ): ClassInput {
    const { file } = subject;
    const touching = subject.hooks.map((text) => this.reader.read(text)).filter((facts) => facts.words.has("this"));
    const rendered = strings.filter(({ source }) => !subject.hooks.includes(source));
    const touched = this.macros.touched([code, ...touching, ...rendered], subject.names, found.closure);
    const templates: PlacedTemplate[] = [
      { facts: code, file, lines: true },
      ...[...touching, ...rendered].map((facts) => ({ facts, file, lines: false })),
    ];
    return { templates, macros: this.macroPartOf(touched), given: [], file, readsSources: false, names: this.names };
  }

  private readonly macroParts = new Map<Touched, MacroPart>();

  private macroPartOf(touched: Touched): MacroPart {
    const own = touched.own.map((id) => this.macros.macro(id) as ManifestMacro);
    const named = (macro: ManifestMacro) => ({
      name: macro.name,
      file: macro.original_file_path,
      facts: this.reader.read(macro.macro_sql, "macro"),
    });
    const part = this.macroParts.get(touched) ?? macroPart(own.map(named), touched.internal.map(named), this.names);
    this.macroParts.set(touched, part);
    return part;
  }

  private readonly names: NameFacts = {
    isMacro: (name) => this.macros.isMacro(name),
    valueOf: (variable) => variableLayers(variable, this.input.vars),
  };

  private identities(ids: readonly NodeId[]): Record<NodeId, unknown> {
    const { sources } = this.input.manifest;
    return Object.fromEntries(ids.map((id) => [id, sourceIdentity(sources[id]!, this.input.engine.adapterType)]));
  }

  /** `on-run-start` and `on-run-end` can make functions or change tables, so their texts are part of every key. */
  private readRunHooks(): { texts: string[]; hash: string } {
    const operations = Object.values(this.input.manifest.nodes)
      .filter((node) => node.resource_type === "operation")
      .sort((a, b) => (a.unique_id < b.unique_id ? -1 : 1));
    const parts = operations.map((node) => {
      const found = this.subject({
        file: node.original_file_path,
        code: node.raw_code,
        python: false,
        strings: [],
        hooks: [],
        names: [],
        recorded: node.depends_on.macros ?? [],
      });
      return { id: node.unique_id, code: found.code, macros: found.macros, values: found.values };
    });
    return { texts: parts.map(({ code }) => code), hash: sha256(canonicalJson(parts)) };
  }
}

/** Everything of a manifest that parts of nodes are made of, besides the nodes themselves. */
function surroundings({ macros, sources, nodes, metadata }: Manifest): unknown[] {
  const hooks = Object.values(nodes).filter((node) => node.resource_type === "operation");
  return [macros, sources, hooks, metadata.quoting, metadata.project_name, metadata.adapter_type];
}

/** Templates that look at the text of models could see blanks and comments. */
const readsOwnCode = ({ words }: TemplateFacts): boolean =>
  ["raw_code", "raw_sql", "compiled_code", "compiled_sql", "injected_sql"].some((word) => words.has(word));

/** Sources among the recorded parents, and those that are only named. */
export function sourceIds(
  node: Pick<KeyedNode, "depends_on">,
  named: readonly NodeId[],
  { manifest }: AnalysisInput,
): NodeId[] {
  const recorded = (node.depends_on.nodes ?? []).filter((id) => manifest.sources[id]);
  return [...new Set([...recorded, ...named])].sort();
}
