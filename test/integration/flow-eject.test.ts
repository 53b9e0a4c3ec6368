// The way out of one environment leaves the others in the same warehouse whole, with their way back.
import { describe, expect, test } from "vitest";
import { newTiny } from "../faults/tiny.ts";

describe.each(["duckdb", "postgres"] as const)("%s", (kind) => {
  test("after an eject the other environment can still go back", async () => {
    await using tiny = await newTiny(kind);
    const deploy = async (environment: string) => {
      const deployed = await tiny.ask(["deploy", environment]);
      expect(deployed.code, deployed.stdout + deployed.stderr).toBe(0);
    };
    await deploy("prod");
    tiny.change(2);
    for (const environment of ["prod", "twin"]) await deploy(environment);
    const shown = async (schema: string) =>
      (await tiny.query(`select distinct release from ${schema}.report`)).map((row) => Number(row.release));

    const out = await tiny.ask(["eject", "twin", "--confirm", "twin"]);
    expect(out.code, out.stdout + out.stderr).toBe(0);
    expect(out.json.data).toMatchObject({ removed_versions: 0, removed_schemas: [] });
    expect([await shown("twin"), await shown("analytics")]).toEqual([[2], [2]]);

    const back = await tiny.ask(["rollback", "prod"]);
    expect(back.code, back.stdout + back.stderr).toBe(0);
    expect([await shown("twin"), await shown("analytics")]).toEqual([[2], [1]]);

    const last = await tiny.ask(["eject", "prod", "--confirm", "prod"]);
    expect(last.code, last.stdout + last.stderr).toBe(0);
    expect(last.json.data.removed_schemas).toHaveLength(1);
    expect(await shown("analytics")).toEqual([1]);
  });
});
