// What a finished run means: which causes are wrong now, and which are over. Pure.
import type { Text } from "../../lib/text.ts";
import { outageIn } from "../plan/outage.ts";
import type { NodeId } from "../project/relation.ts";
import { shortName } from "../project/store-name.ts";
import type { Evidence, Run, TestOutcome } from "../records.ts";
import type { EnvironmentStatus } from "../views/status.ts";
import { type AlertBody, type Condition, EMPTY_BODY, type Finding, type Serves } from "./alert.ts";
import { FINDINGS_MAX, NAMES_MAX } from "./limits.ts";
import { publicMessage } from "./public-message.ts";
import { publicText } from "./public-text.ts";

/** Everything that is known of a run when it has ended. */
export interface RunFacts {
  run: Pick<Run, "id" | "kind" | "state" | "job" | "trigger" | "outcome" | "startedAt" | "finishedAt">;
  environment: string;
  /** Of the run; of what is live where the run found nothing to do. */
  evidence: Evidence | null;
  /** The step that failed. */
  step: { position: number; name: string; summary: Text | null } | null;
  serves: Serves | null;
  lastGood: AlertBody["lastGood"];
  stale: EnvironmentStatus["stale"];
  /** Names of the sources of which the run knows whether they are fresh; of others it says nothing. Null: of all. */
  looked: readonly string[] | null;
  /** Owner and tags of nodes, tests and sources, as far as anybody asks. */
  people: ReadonlyMap<NodeId, { owner: string | null; tags: string[] }>;
}

export interface Judgement {
  /** At most one per cause. */
  raise: Condition[];
  /** Causes that are over. */
  settle: string[];
  /** Of what alerts of kind `stale` name: what this judgement knows about. Null: all of it. */
  looked?: readonly string[] | null;
}

const NOTHING: Judgement = { raise: [], settle: [] };

/** A run that was stopped by hand, never began, or was put back into the queue leaves everything as it is. */
export function judgeRun(facts: RunFacts): Judgement {
  if (!isWatched(facts.run)) return judgeByHand(facts);
  if (!hasResult(facts.run)) return NOTHING;
  const about = causesOf(facts);
  const failing = testsWith(facts.evidence, ["fail", "error"]);
  const ended = facts.run.job === null ? [] : [missedCause(facts.run.job)];
  if (isFailure(facts, failing)) {
    const outage = isOutage(facts);
    const raised = runFailed(facts, outage ? about.outage : about.run);
    const stale = facts.stale.length > 0 ? [staleCondition(facts, about.stale)] : [];
    const settle = [...ended, ...(outage || !facts.evidence ? [] : [about.outage])];
    return { raise: [raised, ...stale], settle, looked: facts.looked };
  }
  const warned = testsWith(facts.evidence, ["warn"]);
  const raise = [
    ...(failing.length > 0 ? [testsCondition(facts, failing, "tests_failed", about.tests)] : []),
    ...(warned.length > 0 ? [testsCondition(facts, warned, "tests_warned", about.warnings)] : []),
    ...(facts.stale.length > 0 ? [staleCondition(facts, about.stale)] : []),
  ];
  const raised = new Set(raise.map(({ cause }) => cause));
  const settle = [...Object.values(about), ...ended].filter((cause) => !raised.has(cause));
  return { raise, settle, looked: facts.looked };
}

/** Names of an alert that stay wrong after a judgement: those that it knows nothing about. */
export const unseenNames = (alert: Pick<Condition, "kind" | "body">, { looked = null }: Judgement): string[] =>
  alert.kind !== "stale" || looked === null ? [] : alert.body.names.filter((name) => !looked.includes(name));

/** A deployment by hand is no alert, but it ends those of deployments before it. */
function judgeByHand(facts: RunFacts): Judgement {
  const { kind, state } = facts.run;
  if (state !== "succeeded" || !["deploy", "promote", "refresh", "rollback"].includes(kind)) return NOTHING;
  const { run, tests, warnings, outage } = causesOf(facts);
  return { raise: [], settle: [run, tests, warnings, outage] };
}

/** A time at which a job did not run, and will not for that time. */
export function judgeMissed(missed: { job: string; environment: string | null; detail: Text }): Judgement {
  const body = { ...EMPTY_BODY, detail: missed.detail, commands: [`slipway job run ${missed.job}`] };
  const { job, environment } = missed;
  const cause = missedCause(job);
  return {
    raise: [{ cause, kind: "missed", severity: "info", environment, job, owners: [], tags: [], body }],
    settle: [],
  };
}

const missedCause = (job: string): string => `missed/${job}`;

/** Alerts of one job in one environment are one per kind; what keeps the whole environment from working is one for all jobs. */
function causesOf({ run, environment }: RunFacts) {
  const of = (kind: string) => `${kind}/${environment}/${run.job ?? ""}`;
  return {
    run: of("run_failed"),
    tests: of("tests_failed"),
    warnings: of("tests_warned"),
    stale: `stale/${environment}`,
    outage: `outage/${environment}`,
  };
}

/** Jobs and deployments of a branch. What somebody typed by hand tells that person how it ended. */
const isWatched = ({ job, trigger }: RunFacts["run"]): boolean => job !== null || trigger?.kind === "branch";

/** What was cancelled because its time was over has failed, whoever waits for it. */
const hasResult = ({ state, outcome }: RunFacts["run"]): boolean =>
  !["queued", "running", "skipped", "cancelled"].includes(state) || outcome?.id === TIMED_OUT;

const TIMED_OUT = "job.timed_out";

/** A run that built everything and was held by its tests did not fail: they did. */
const isFailure = ({ run, evidence }: RunFacts, failing: TestOutcome[]): boolean =>
  ["failed", "interrupted", "cancelled"].includes(run.state) ||
  (run.state === "held" && failing.length === 0) ||
  rootErrors(evidence, failing).length > 0;

const testsWith = (evidence: Evidence | null, states: TestOutcome["status"][]): TestOutcome[] =>
  (evidence?.tests ?? []).filter((test) => states.includes(test.status));

const isSkipped = (message: string): boolean => /^(skipp?ed|not run)/i.test(message);

/** What failed by itself; what was skipped below a failed node or test only follows from it. */
function rootErrors(evidence: Evidence | null, failing: TestOutcome[]): Evidence["errors"] {
  const errors = evidence?.errors ?? [];
  const roots = errors.filter((error) => !isSkipped(error.message));
  return roots.length > 0 || failing.length > 0 ? roots : errors;
}

/** Sentences that a run ends with when the warehouse, the disk or the network was away. */
const OUTAGE_TEXTS = new Set(["flow.outage", "postgres.unreachable", "postgres.went_away", "duckdb.disk_full"]);

function isOutage({ run, evidence }: RunFacts): boolean {
  const roots = rootErrors(evidence, []);
  if (roots.length === 0) return run.outcome !== null && OUTAGE_TEXTS.has(run.outcome.id);
  return roots.every((error) => outageIn(error.message) !== null);
}

function runFailed(facts: RunFacts, cause: string): Condition {
  const { run, evidence, step } = facts;
  const failing = testsWith(evidence, ["fail", "error"]);
  const errors = rootErrors(evidence, failing);
  const skipped = (evidence?.errors ?? []).filter(
    (error) => isSkipped(error.message) && !errors.includes(error),
  ).length;
  const untried = errors.length + failing.length === 0 ? testsWith(evidence, ["skipped"]) : [];
  const findings = [
    ...errors.map((error) => ({ ...finding(error.node, error), message: publicMessage(error.message) })),
    ...[...failing, ...untried].map(testFinding),
  ];
  const told = errors.length + failing.length === 0 ? (step?.summary ?? run.outcome) : null;
  const body: AlertBody = {
    ...bodyOf(facts, findings),
    names: named(findings.length > 0 ? findings.map(({ name }) => name) : [run.outcome?.id ?? step?.name ?? run.state]),
    skipped,
    ...effectOf(facts, "unchanged"),
    detail: publicText(told),
    commands: [`slipway run logs ${run.id} --errors`, `slipway run retry ${run.id}`],
  };
  return condition(
    facts,
    { cause, kind: "run_failed", severity: "critical", body },
    errors.map((error) => error.node),
  );
}

/** What became of the new data: of a run that published, what stayed behind; of one that did not, what its tests keep. */
function effectOf(
  { run, evidence }: RunFacts,
  otherwise: AlertBody["effect"],
): Pick<AlertBody, "effect" | "heldDatasets"> {
  if (run.state === "succeeded") return { effect: "published", heldDatasets: evidence?.held?.length ?? 0 };
  const held = testsWith(evidence, ["fail", "error"]).flatMap((test) => test.holdsBack);
  return { effect: otherwise, heldDatasets: otherwise === "held" ? new Set(held).size : 0 };
}

function testsCondition(
  facts: RunFacts,
  tests: TestOutcome[],
  kind: "tests_failed" | "tests_warned",
  cause: string,
): Condition {
  const { run, environment } = facts;
  const published = run.state === "succeeded";
  const failed = kind === "tests_failed";
  const undo = failed && published ? [`slipway rollback ${environment}`] : [];
  const body: AlertBody = {
    ...bodyOf(facts, tests.map(testFinding)),
    testsTotal: facts.evidence?.tests.length ?? tests.length,
    ...effectOf(facts, "held"),
    commands: [`slipway run show ${run.id}`, ...undo],
  };
  const nodes = tests.flatMap((test) => [test.test, ...test.holdsBack]);
  return condition(facts, { cause, kind, severity: failed ? "warning" : "info", body }, nodes);
}

function staleCondition(facts: RunFacts, cause: string): Condition {
  const findings = facts.stale.map(({ name }) => ({ name, message: null, place: null, rows: null }));
  const oldest = facts.stale.reduce((a, b) => (a.ageMs - a.maxMs >= b.ageMs - b.maxMs ? a : b));
  const body: AlertBody = {
    ...bodyOf(facts, findings),
    detail: { id: "notices.stale_detail", params: { name: oldest.name, ageMs: oldest.ageMs, maxMs: oldest.maxMs } },
    commands: [`slipway status ${facts.environment}`],
  };
  const sources = facts.stale.map(({ source }) => source);
  return { ...condition(facts, { cause, kind: "stale", severity: "warning", body }, sources), job: null };
}

function condition(
  { run, environment, people }: RunFacts,
  what: Pick<Condition, "cause" | "kind" | "severity" | "body">,
  nodes: NodeId[],
): Condition {
  const known = nodes.flatMap((node) => people.get(node) ?? []);
  const owners = [...new Set(known.flatMap(({ owner }) => (owner === null ? [] : [owner])))].sort();
  const tags = [...new Set(known.flatMap((one) => one.tags))].sort();
  return { ...what, environment, job: run.job, owners, tags };
}

const bodyOf = ({ run, step, serves, lastGood }: RunFacts, findings: Finding[]): AlertBody => ({
  ...EMPTY_BODY,
  run: {
    id: run.id,
    kind: run.kind,
    at: (run.finishedAt ?? run.startedAt).toISOString(),
    step: step && { position: step.position, name: step.name },
  },
  findings: findings.slice(0, FINDINGS_MAX),
  findingsTotal: findings.length,
  names: named(findings.map(({ name }) => name)),
  serves,
  lastGood,
});

const named = (names: string[]): string[] => [...new Set(names)].sort().slice(0, NAMES_MAX);

const finding = (node: NodeId, { file, line }: { file: string | null; line: number | null }): Finding => ({
  name: shortName(node),
  message: null,
  place: file === null ? null : `${file}${line === null ? "" : `:${line}`}`,
  rows: null,
});

const testFinding = (test: TestOutcome): Finding => ({
  ...finding(test.test, test),
  name: test.name,
  message: test.status === "error" ? publicMessage(test.message) : test.status === "skipped" ? test.status : null,
  rows: test.status === "error" ? null : test.failures,
});
