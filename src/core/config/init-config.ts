// The slipway.yml that `slipway init` writes: works as it is, and shows in comments what else can be said.
import { stringify } from "yaml";
import { SCHEMA_FILE } from "./config.ts";

export interface InitialFacts {
  projectName: string;
  /** Targets of the dbt profile. */
  targets: string[];
  /** The profile's own default; comes first. */
  defaultTarget: string;
  /** Name of the environment per target, where it is not the target's own name. */
  envNames?: Record<string, string>;
  /** Targets of warehouses that Slipway does not know, with their type. */
  unsupported?: Record<string, string>;
}

/**
 * One environment per target: the default first, the others ask before acts. What is not known is shown, never guessed; a target
 * that nothing can be published to is only named, because every command would complain of it.
 */
export function initialConfig(facts: InitialFacts): string {
  const { projectName, targets, defaultTarget, envNames = {}, unsupported = {} } = facts;
  const left = targets.filter((target) => target !== defaultTarget && unsupported[target] !== undefined);
  const ordered = [defaultTarget, ...targets.filter((target) => target !== defaultTarget && !left.includes(target))];
  const named = distinctNames(ordered, envNames);
  const blocks = named.map((entry, index) =>
    environmentBlock(entry, { first: named[0]!.name, index, last: named.length - 1 }),
  );
  return `# yaml-language-server: $schema=${SCHEMA_FILE}
# Slipway: what is deployed where. Every key: docs/configuration.md of Slipway
version: 1
project: ${scalar(projectName)}
# timezone: Asia/Tokyo      # of times that people read (UTC when left out)

# Models see only the environment values that are named here; passwords of the profile need not be named.
# dbt:
#   env: [START_DATE]

# Published names are the ones that plain dbt uses for the target.
# The first environment is meant when a command names none.
environments:
${blocks.join("\n")}${left.length > 0 ? leftTargets(left, unsupported) : ""}`;
}

const leftTargets = (left: string[], types: Record<string, string>): string =>
  `\n  # Not yet supported, so left out: ${left.map((target) => `target ${scalar(target)} (${types[target]})`).join(", ")}\n`;

interface Named {
  name: string;
  target: string;
}

function distinctNames(targets: string[], given: Record<string, string>): Named[] {
  const taken = new Set<string>();
  const fold = (name: string) => name.normalize("NFKC").toLowerCase();
  return targets.map((target) => {
    const wanted = given[target] ?? environmentName(target);
    let name = wanted;
    for (let copy = 2; taken.has(fold(name)); copy++) name = `${wanted}-${copy}`;
    taken.add(fold(name));
    return { name, target };
  });
}

function environmentBlock(
  { name, target }: Named,
  { first, index, last }: { first: string; index: number; last: number },
): string {
  const lines = [`  ${scalar(name)}:`, `    target: ${scalar(target)}`];
  if (index === 0) return `${lines.join("\n")}\n`;
  const more = [
    `    # requires: [${scalar(first)}]   # only what was verified there`,
    "    # branch: main      # deploys its new commits",
    "    # on_test_failure: publish   # hold when left out",
  ];
  return `${[...lines, "    confirm: true       # asks before acts", ...(index === last ? more : [])].join("\n")}\n`;
}

/** A target's name as a name of an environment: a letter first, then letters, digits, `_` and `-`. */
export function environmentName(target: string): string {
  const kept = target
    .normalize("NFC")
    .replace(/[^\p{L}\p{N}_-]+/gu, "-")
    .replace(/^[^\p{L}]+/u, "")
    .replace(/-+$/, "");
  return kept.slice(0, 63) || "default";
}

/** As YAML writes it: quoted only where it must be (`on`, `1.0`, `a: b`). */
const scalar = (text: string): string => stringify(text).trimEnd();
