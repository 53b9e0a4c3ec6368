// The rule of reuse.
import { expect, test } from "vitest";
import type { ReleaseNode, RunKind } from "../records.ts";
import { chooseVersion, type KnownVersion, type Wanted } from "./choose.ts";

const wanted = (resourceType: string, materialized: string, plainKey = "p", logicKey = "l"): Wanted => ({
  node: "n",
  resourceType,
  materialized,
  plainKey,
  logicKey,
});
const live = (key: string, plainKey: string, logicKey = "l"): ReleaseNode =>
  ({ node: "n", key, plainKey, logicKey, chain: [] }) as unknown as ReleaseNode;
const ready = (key: string, plainKey: string, chain: string[] = []): KnownVersion => ({
  node: "n",
  key,
  plainKey,
  chain,
});
const check = (
  want: Wanted,
  was: ReleaseNode | undefined,
  known: KnownVersion[],
  expected: string | null,
  kind: RunKind = "deploy",
) => expect(chooseVersion(want, was, known, kind)?.key ?? null).toBe(expected);

test("nothing known: build", () => check(wanted("model", "table"), undefined, [], null));
test("a ready version with equal inputs serves", () =>
  check(wanted("model", "table"), undefined, [ready("k", "p")], "k"));
test("the live version comes before a newer one with equal inputs", () =>
  check(wanted("model", "table"), live("old", "p"), [ready("new", "p"), ready("old", "p")], "old"));
test("a live version that is no longer ready does not serve", () =>
  check(wanted("model", "table"), live("old", "p"), [], null));
test("other inputs do not serve", () => check(wanted("model", "table"), live("old", "q"), [ready("old", "q")], null));
test("an incremental stays on its own chain when only data moved", () =>
  check(wanted("model", "incremental"), live("mine", "q"), [ready("theirs", "p"), ready("mine", "q")], null));
test("an incremental takes a version that grew out of its own", () =>
  check(wanted("model", "incremental"), live("mine", "q"), [ready("grown", "p", ["mine"])], "grown"));
test("an incremental with other logic takes what another environment built", () =>
  check(wanted("model", "incremental", "p", "l2"), live("mine", "q", "l1"), [ready("theirs", "p")], "theirs"));
test("a snapshot is never taken from elsewhere", () =>
  check(wanted("snapshot", "snapshot"), undefined, [ready("k", "p")], null));
test("a deployment leaves a snapshot alone while its logic stands", () =>
  check(wanted("snapshot", "snapshot"), live("s", "q"), [], "s"));
test("a refresh writes a snapshot whose inputs moved", () =>
  check(wanted("snapshot", "snapshot"), live("s", "q"), [], null, "refresh"));
test("a refresh leaves a snapshot whose inputs stand", () =>
  check(wanted("snapshot", "snapshot"), live("s", "p"), [], "s", "refresh"));
