// Rules of slipway.yml that concern several keys at once: names, `requires`, targets, jobs.
import type { Problem } from "../../lib/error.ts";
import { nearest } from "../../lib/nearest.ts";
import { say } from "../../text/catalogue.ts";
import { firstCircle } from "./circle.ts";
import { NAME } from "./fields.ts";
import { jobRules } from "./job-rules.ts";
import { noticeRules } from "./notice-rules.ts";
import type { ConfigFile } from "./schema.ts";
import { type Path, problem, type Source } from "./source.ts";
import { stepRules } from "./steps.ts";
import { upkeepRules } from "./upkeep.ts";

/** Everything the schema alone cannot see; [] when all is well. */
export function checkRules(file: ConfigFile, source: Source): Problem[] {
  const names = Object.keys(file.environments);
  if (names.length === 0)
    return [problem("no_environments", say("config.no_environments"), source.where(["environments"], true))];
  const cyclic = firstCircle(names, (name) => file.environments[name]!.requires);
  return [
    ...badNames(file, source),
    ...sameNames(names, source),
    ...sharedTargets(file, source),
    ...sharedReplicas(file, source),
    ...names.flatMap((name) => unknownRequires(file, name, source)),
    ...(cyclic ? [cycleProblem(cyclic, source)] : []),
    ...jobEnvironments(file, source),
    ...jobRules(file, source),
    ...stepRules(file, source),
    ...noticeRules(file, source),
    ...upkeepRules(file, source),
  ];
}

function badNames(file: ConfigFile, source: Source): Problem[] {
  const groups = { environments: file.environments, jobs: file.jobs };
  const named = Object.entries(groups).flatMap(([group, members]) => Object.keys(members).map((name) => [group, name]));
  return named
    .filter(([, name]) => !NAME.test(name!))
    .map((path) => problem("bad_name", say("config.bad_name", { name: path[1]! }), source.where(path, true)));
}

function sameNames(names: string[], source: Source): Problem[] {
  const fold = (name: string) => name.normalize("NFKC").toLowerCase();
  return names.flatMap((name, index) => {
    const other = names.slice(0, index).find((earlier) => fold(earlier) === fold(name));
    if (other === undefined) return [];
    return [problem("same_name", say("config.same_name", { name, other }), source.where(["environments", name], true))];
  });
}

/** Equal target, variables and environment values give equal published names: two environments would overwrite each other. */
function sharedTargets(file: ConfigFile, source: Source): Problem[] {
  const places = new Map<string, string>();
  return Object.entries(file.environments).flatMap(([name, { target, vars, env }]) => {
    const place = JSON.stringify([target, vars, env]);
    const other = places.get(place);
    places.set(place, other ?? name);
    if (other === undefined) return [];
    const where = source.where(["environments", name, "target"]);
    return [problem("shared_target", say("config.shared_target", { name, other, target }), where)];
  });
}

/** Two environments would take each other's file away with every switch. */
function sharedReplicas(file: ConfigFile, source: Source): Problem[] {
  const files = new Map<string, string>();
  return Object.entries(file.environments).flatMap(([name, { replica }]) => {
    if (replica === undefined) return [];
    const path = replica.replace(/^(?:\.\/)+/, "");
    const other = files.get(path);
    files.set(path, other ?? name);
    if (other === undefined) return [];
    const where = source.where(["environments", name, "replica"]);
    return [problem("shared_replica", say("replica.shared", { name, other, file: replica }), where)];
  });
}

function unknownRequires(file: ConfigFile, name: string, source: Source): Problem[] {
  return file.environments[name]!.requires.flatMap((wanted, index) => {
    if (Object.hasOwn(file.environments, wanted)) return [];
    return [unknownEnvironment(wanted, file, source.where(["environments", name, "requires", index]))];
  });
}

function jobEnvironments(file: ConfigFile, source: Source): Problem[] {
  return Object.entries(file.jobs).flatMap(([job, { environment }]) => {
    if (Object.hasOwn(file.environments, environment)) return [];
    return [unknownEnvironment(environment, file, source.where(["jobs", job, "environment"]))];
  });
}

function unknownEnvironment(name: string, file: ConfigFile, where: ReturnType<Source["where"]>): Problem {
  const names = Object.keys(file.environments);
  const near = nearest(name, names);
  const hint = near ? say("config.did_you_mean", { name: near }) : say("config.environments_are", { names });
  return problem("unknown_environment", say("config.unknown_environment", { name }), where, hint);
}

function cycleProblem(names: string[], source: Source): Problem {
  const path: Path = ["environments", names[0]!, "requires"];
  return problem("requires_cycle", say("config.requires_cycle", { names }), source.where(path, true));
}
