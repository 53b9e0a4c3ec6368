// Which environment values a project reads with env_var(), for the slipway.yml that `init` writes. Pure.

export interface EnvRead {
  name: string;
  /** Everywhere with a second argument: dbt does without a value. */
  hasDefault: boolean;
}

const CALL = /\benv_var\s*\(\s*(['"])([A-Za-z_][A-Za-z0-9_]*)\1\s*([,)])/g;

/** Names in the texts of a project's files, sorted. A name that some file needs without a default has none. */
export function envReads(texts: Iterable<string>): EnvRead[] {
  const found = new Map<string, boolean>();
  for (const text of texts)
    for (const [, , name, after] of text.matchAll(CALL)) found.set(name!, after === "," && (found.get(name!) ?? true));
  return [...found].map(([name, hasDefault]) => ({ name, hasDefault })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

const EXAMPLE = "# dbt:\n#   env: [START_DATE]\n";

/**
 * Declares what the project needs in a new slipway.yml. Names that dbt does without and that have no value now are only mentioned: a
 * declared name must have one.
 */
export function declareEnv(config: string, reads: readonly EnvRead[], isSet: (name: string) => boolean): string {
  const declared = reads.filter((read) => !read.hasDefault || isSet(read.name)).map((read) => read.name);
  const others = reads.filter((read) => !declared.includes(read.name)).map((read) => read.name);
  const lines = [
    ...(declared.length > 0 ? ["dbt:", `  env: [${declared.join(", ")}]`] : []),
    ...(others.length > 0 ? [`# Read with a default and not set now: ${others.join(", ")}`] : []),
  ];
  if (lines.length === 0) return config;
  const block = `${lines.join("\n")}\n`;
  if (config.includes(EXAMPLE))
    return config.replace(EXAMPLE, () => (declared.length > 0 ? block : `${EXAMPLE}${block}`));
  return config.replace(/^environments:/m, () => `${block}\nenvironments:`);
}
