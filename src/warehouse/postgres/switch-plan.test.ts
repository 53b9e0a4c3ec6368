import { expect, test } from "vitest";
import type { Promotion, PublishName } from "../../core/plan/publish.ts";
import type { Column } from "../../core/project/relation.ts";
import type { Fact } from "./facts.ts";
import type { Pending } from "./meta.ts";
import { relationKey } from "./quote.ts";
import { planSwitch, type State } from "./switch-plan.ts";

const LIVE_OID = 1;
const store = (name: string): { schema: string; name: string } => ({ schema: "store", name });
const out = (name: string): { schema: string; name: string } => ({ schema: "analytics", name });
const columns = (text: string): Fact["columns"] =>
  text.split(" ").map((part): Column & { comment: null; grants: [] } => {
    const [name, type] = part.split(":") as [string, string];
    return { name, type, collation: null, comment: null, grants: [] };
  });

const fact = (relation: Fact["relation"], kind: string, oid: number, more: Partial<Fact> = {}): Fact => ({
  relation,
  kind,
  oid,
  owner: "dbt",
  mayAlter: true,
  own: true,
  options: [],
  comment: null,
  columns: columns("id:integer"),
  refs: [],
  grants: [],
  labels: [],
  sizeBytes: null,
  rowsEstimate: null,
  ...more,
});

const name = (base: string, more: Partial<PublishName> = {}): PublishName => ({
  node: `model.shop.${base}`,
  published: out(base),
  next: store(`${base}__k2`),
  previous: store(`${base}__k1`),
  dressing: { comment: null, columnComments: {}, selectGrantees: null },
  ...more,
});

const promotion = (publish: PublishName[], toPosition = 2): Promotion => ({
  liveId: 7,
  installation: "i",
  project: "p",
  environment: "prod",
  fence: 1,
  fromPosition: toPosition - 1,
  toPosition,
  fromRelease: 1,
  toRelease: 2,
  publish,
  unpublish: [],
});

const branch = (base: string, threshold: number): Pending => ({
  published: out(base),
  work: "branch",
  threshold,
  old: store(`${base}__k1`),
  next: store(`${base}__k2`),
  aside: null,
});

/** Both versions of `orders`, and what stands under its name. */
function state(standing: Fact | null, more: { showing?: number; pending?: Pending[]; next?: string } = {}): State {
  const next = fact(store("orders__k2"), "r", 20, { columns: columns(more.next ?? "id:integer") });
  const facts = [fact(store("orders__k1"), "r", 10), next, ...(standing ? [standing] : [])];
  const showing = more.showing ?? 1;
  return {
    row: { id: 7, position: showing, showing, release: 1, flip: 1, fence: 1 },
    pending: more.pending ?? [],
    facts: new Map(facts.map((it) => [relationKey(it.relation), it])),
    takenAsides: new Set(),
    liveOid: LIVE_OID,
  };
}

const plain = fact(out("orders"), "v", 30, { refs: [10] });
const branched = fact(out("orders"), "v", 30, { refs: [10, 20, LIVE_OID] });
const kinds = (it: State, names = [name("orders")]): string[] =>
  planSwitch(promotion(names), it).steps.map((step) => step.kind);

test("nothing stands there", () => expect(kinds(state(null))).toEqual(["create"]));
test("our own view on what was live", () => expect(kinds(state(plain))).toEqual(["branch"]));
test("our own view on what it shall show already", () =>
  expect(kinds(state({ ...plain, refs: [20] }))).toEqual(["ready"]));
test("columns added at the end", () =>
  expect(kinds(state(plain, { next: "id:integer note:text" }))).toEqual(["append"]));
test("another type", () => expect(kinds(state(plain, { next: "id:bigint" }))).toEqual(["reshape"]));
test("a table", () => expect(kinds(state(fact(out("orders"), "r", 30)))).toEqual(["adopt"]));
test("somebody else's view of the same shape keeps its dependants", () =>
  expect(kinds(state({ ...plain, refs: [99, 98] }))).toEqual(["branch"]));
test("somebody else's view of another shape", () =>
  expect(kinds(state({ ...plain, refs: [99] }, { next: "id:bigint" }))).toEqual(["adopt"]));
test("another owner's view is moved, so that its query keeps its owner's rights", () =>
  expect(kinds(state({ ...plain, refs: [99], own: false }))).toEqual(["adopt"]));

test("prepared already: only the row is left", () => {
  const plan = planSwitch(promotion([name("orders")]), state(branched, { pending: [branch("orders", 2)] }));
  expect(plan).toMatchObject({ steps: [{ kind: "ready" }], leftovers: [], showing: 2 });
});
test("noted as prepared, but somebody replaced the view since: not believed", () => {
  const plan = planSwitch(
    promotion([name("orders")]),
    state({ ...plain, refs: [99] }, { pending: [branch("orders", 2)] }),
  );
  expect(plan).toMatchObject({ leftovers: [{ threshold: 2 }] });
});
test("both sides still stand: back is the row alone, below their threshold", () => {
  const back = name("orders", { next: store("orders__k1"), previous: store("orders__k2") });
  const plan = planSwitch(promotion([back], 4), state(branched, { showing: 3, pending: [branch("orders", 3)] }));
  expect(plan).toMatchObject({ steps: [{ kind: "ready" }], leftovers: [], showing: 2 });
});
test("both sides of more names stand than this promotion changes: settle first", () => {
  const back = name("orders", { next: store("orders__k1"), previous: store("orders__k2") });
  const pending = [branch("orders", 3), branch("other", 3)];
  const plan = planSwitch(promotion([back], 4), state(branched, { showing: 3, pending }));
  expect(plan.leftovers).toEqual(pending);
});
test("a rolled-back side is settled before anything else is prepared", () => {
  const third = name("orders", { next: store("orders__k2") });
  const plan = planSwitch(promotion([third], 5), state(branched, { showing: 2, pending: [branch("orders", 3)] }));
  // The side that is off is the very one wanted, so the row alone goes forward again.
  expect(plan).toMatchObject({ leftovers: [], showing: 3 });
  const other = state(branched, { showing: 2, pending: [{ ...branch("orders", 3), next: store("orders__k9") }] });
  expect(planSwitch(promotion([third], 5), other).leftovers).toHaveLength(1);
});
test("names for what is set aside never collide and never exceed 63 bytes", () => {
  const long = "注".repeat(21);
  const table = fact(out(long), "r", 30);
  const it = state(table);
  it.takenAsides.add(relationKey(store(`${"注".repeat(17)}__original`)));
  const [step] = planSwitch(promotion([name(long, { next: store("orders__k2"), previous: null })]), it).steps;
  expect(step).toMatchObject({ kind: "adopt", aside: store(`${"注".repeat(17)}__original_2`) });
});
