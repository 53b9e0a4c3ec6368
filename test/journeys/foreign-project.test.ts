// A project that plain dbt has built for years: Slipway comes, is used, and leaves; what stays is what plain dbt would have built.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Content, newPlainProject, type PlainProject } from "../support/plain-project.ts";

const from = join(import.meta.dirname, "../projects/jaffle");

/** New data in every seed, one column more, a model more. */
function change({ user }: PlainProject): void {
  user.write(
    "seeds/raw_orders.csv",
    `id,user_id,order_date,status,updated_at
1,1,2026-03-01,completed,2026-03-02 10:00:00
2,3,2026-03-02,completed,2026-03-04 10:00:00
3,5,2026-03-04,completed,2026-03-05 10:00:00
4,1,2026-03-05,completed,2026-03-11 10:00:00
5,2,2026-03-05,returned,2026-03-09 10:00:00
6,4,2026-03-07,shipped,2026-03-12 10:00:00
7,5,2026-03-10,placed,2026-03-12 11:00:00
`,
  );
  const customers = `select
    customers.customer_id,
    customers.first_name,
    customers.last_name,
    customers.joined_on,
    min(orders.order_date) as first_order,
    count(orders.order_id) as number_of_orders,
    sum(orders.amount) as lifetime_value
from {{ ref('stg_customers') }} as customers
left join {{ ref('orders') }} as orders on orders.customer_id = customers.customer_id
group by customers.customer_id, customers.first_name, customers.last_name, customers.joined_on
`;
  user.write("models/marts/customers.sql", customers);
  user.write(
    "models/marts/daily_orders.sql",
    "select order_date, count(*) as orders from {{ ref('orders') }} group by order_date\n",
  );
  user.commit("Daily orders, and since when a customer is one");
}

/** The web site forgets old visits; only what was built from them still knows. */
const newVisits = ({ execute }: PlainProject): Promise<void> =>
  execute("delete from app.visits where id < 3; insert into app.visits values (4, 2, timestamp '2026-03-12 20:00:00')");

type Contents = Record<string, Content>;

/** What readers of the project's names get, whatever stands behind them. */
function read(contents: Contents): Record<string, unknown> {
  const published = Object.entries(contents).filter(([name]) => !/^app\.|^slipway|__slipway_original$/.test(name));
  return Object.fromEntries(published.map(([name, { columns, rows }]) => [name, { columns, rows }]));
}

const without = (name: string, contents: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(contents).filter(([key]) => key !== name));

describe.each(["duckdb", "postgres"] as const)("%s", (kind) => {
  let project: PlainProject;
  /** The same commits, built by plain dbt alone. */
  let plain: PlainProject;
  let first: Contents;
  let second: Contents;

  beforeAll(async () => {
    project = await newPlainProject({ kind, from, profile: "jaffle" });
    plain = await newPlainProject({ kind, from, profile: "jaffle" });
    for (const one of [project, plain]) {
      await one.execute(readFileSync(`${from}-visits.sql`, "utf8"));
      await one.dbt("build");
    }
    first = await plain.contents();
  });
  afterAll(async () => {
    await project?.user[Symbol.asyncDispose]();
    await plain?.user[Symbol.asyncDispose]();
  });

  test("init writes a slipway.yml that works as it is", async () => {
    const answer = await project.ask(["init"]);
    expect(answer.code, answer.stdout + answer.stderr).toBe(0);
    expect(answer.json.data).toMatchObject({ environments: ["dev", "prod"], profile: "jaffle", project: "jaffle" });
    project.user.commit("Slipway");
  });

  test("the plan says what would be adopted and changes nothing", async () => {
    const before = await project.contents();
    const answer = await project.ask(["plan"]);
    expect(answer.code, answer.stdout + answer.stderr).toBe(0);
    const said = await project.slipway(["plan"]);
    expect(said.stdout).toContain("adopt");
    expect(said.stdout).toContain("orders_history");
    expect(said.stdout).toContain("! order_events, visits: incremental, built in full here");
    expect(await project.contents()).toEqual(before);
  });

  test("the first deployment adopts what stands there; readers see the same", async () => {
    const answer = await project.ask(["deploy"]);
    expect(answer.code, answer.stdout + answer.stderr).toBe(0);
    expect(read(await project.contents())).toEqual(read(first));
  });

  test("a change is deployed, and readers see what plain dbt would show", async () => {
    change(project);
    change(plain);
    // Slipway builds an incremental model anew where what it is made from changed in the repository; so would people by hand.
    await plain.dbt("build");
    await plain.dbt("run", "--full-refresh", "--select", "order_events");
    second = await plain.contents();
    expect(read(second)).not.toEqual(read(first));
    const answer = await project.ask(["deploy", "dev"]);
    expect(answer.code, answer.stdout + answer.stderr).toBe(0);
    expect(read(await project.contents())).toEqual(read(second));
  });

  test("new data goes into a copy of the incremental model, which keeps what its source forgot", async () => {
    for (const one of [project, plain]) await newVisits(one);
    await plain.dbt("build");
    second = await plain.contents();
    expect(second["dev.visits"]!.rows).toHaveLength(4);
    const answer = await project.ask(["refresh", "dev"]);
    expect(answer.code, answer.stdout + answer.stderr).toBe(0);
    expect(read(await project.contents())).toEqual(read(second));
  });

  test("rollback gives readers the first release; the snapshot keeps its rows", async () => {
    const answer = await project.ask(["rollback", "dev", "--to", "r1"]);
    expect(answer.code, answer.stdout + answer.stderr).toBe(0);
    const history = "dev_history.orders_history";
    const now = read(await project.contents());
    expect(without(history, now)).toEqual(without(history, read(first)));
    expect(now[history]).toEqual(read(second)[history]);
  });

  test("eject leaves exactly what plain dbt builds, and plain dbt goes on with it", async () => {
    const forward = await project.ask(["rollback", "dev", "--to", "r3"]);
    expect(forward.code, forward.stdout + forward.stderr).toBe(0);
    const answer = await project.ask(["eject", "dev", "--confirm", "dev"]);
    expect(answer.code, answer.stdout + answer.stderr).toBe(0);
    expect(await project.contents()).toEqual(second);
    await project.dbt("build");
    expect(await project.contents()).toEqual(second);
  });
});
