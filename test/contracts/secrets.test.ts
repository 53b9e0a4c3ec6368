// Secrets from the command's side, on both kinds of state: sealed, bound to their place, opened only by their key.
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseConfig } from "../../src/core/config/config.ts";
import { listAudit } from "../../src/db/audit.ts";
import type { Db } from "../../src/db/db.ts";
import { ensureProject } from "../../src/db/projects.ts";
import { declaredEnv, keyedEnv } from "../../src/flow/secrets/declared-env.ts";
import { hideSecrets } from "../../src/flow/secrets/hide-secrets.ts";
import { storedSecrets } from "../../src/flow/secrets/scrub.ts";
import { secretKeyFile } from "../../src/flow/secrets/secret-key.ts";
import { readSecret } from "../../src/flow/secrets/secrets.ts";
import type { Session } from "../../src/flow/session/session.ts";
import { secretList, secretRemove, secretSet } from "../../src/ops/secrets.ts";
import { bareSession } from "../support/session.ts";
import { backends, makePlace, type StatePlace } from "../support/state.ts";

const config = `version: 1
environments:
  prod: { target: prod, env: { API_KEY: { secret: api_key }, DBT_ENV_SECRET_X: plain-one, REGION: jp } }
jobs:
  daily: { environment: prod, steps: [dbt run], env: { OTHER: { secret: other } } }
notices:
  channels: { team: { type: slack, webhook_url: { secret: hook } } }
`;
const act = { planId: null, reason: null };

describe.each(backends)("secrets on %s", (backend) => {
  let place: StatePlace;
  let db: Db;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "slipway-secrets-"));
    place = await makePlace(backend);
    db = await place.open();
  });
  afterAll(async () => {
    await db?.close();
    await place?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const session = (project: string, given: { value?: string; env?: Record<string, string>; asked?: unknown[] } = {}) =>
    bareSession(db, {
      name: project,
      config,
      root: folder,
      ctx: {
        env: { XDG_CONFIG_HOME: join(folder, project), ...given.env },
        askSecret: async () => given.value ?? "",
        approve: async (proposal: unknown) => {
          given.asked?.push(proposal);
          return { reason: null };
        },
      },
      more: { actor: async () => "aoi" },
    });
  const rows = async () =>
    JSON.stringify((await sql`select * from slipway_state.secrets`.execute(db.kysely)).rows) +
    JSON.stringify((await sql`select * from slipway_state.audit`.execute(db.kysely)).rows);

  test("set, read, list, replace, remove; one audit row each, no value anywhere", async () => {
    const first = await secretSet(session("shop", { value: "hunter22\n" }), { name: "api_key", ...act });
    const file = secretKeyFile(session("shop").ctx);
    expect(first).toMatchObject({ isNew: true, keyMade: file, usedBy: ["environment prod"], problems: [] });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readSecret(session("shop"), "api_key")).toBe("hunter22");
    const again = await secretSet(session("shop", { value: "correct 'horse'\nbattery" }), { name: "api_key", ...act });
    expect(again).toMatchObject({ isNew: false, keyMade: null });
    expect(await readSecret(session("shop"), "api_key")).toBe("correct 'horse'\nbattery");
    expect(await storedSecrets(session("shop"))).toEqual(["correct 'horse'\nbattery"]);
    const list = await secretList(session("shop"));
    expect(list.secrets).toMatchObject([
      { name: "api_key", opens: true, updatedBy: "aoi", usedBy: ["environment prod"] },
    ]);
    expect(list.wanted).toEqual([
      { name: "other", usedBy: ["job daily"] },
      { name: "hook", usedBy: ["channel team"] },
    ]);
    expect(JSON.stringify(list)).not.toMatch(/horse|hunter/);
    expect(await rows()).not.toMatch(/horse|hunter/);
    const asked: unknown[] = [];
    await secretRemove(session("shop", { asked }), { name: "api_key", ...act, reason: "left us" });
    expect(asked).toMatchObject([{ kind: "secret_remove", ask: true, usedBy: ["environment prod"] }]);
    await expect(readSecret(session("shop"), "api_key")).rejects.toMatchObject({ code: "not_found" });
    await expect(secretRemove(session("shop"), { name: "api_key", ...act })).rejects.toMatchObject({
      code: "not_found",
    });
    const audit = await listAudit(db, { subject: "secret api_key", limit: 9 });
    expect(audit.map((row) => [row.what, row.who, row.why])).toEqual([
      ["secret.removed", "aoi", "left us"],
      ["secret.set", "aoi", null],
      ["secret.set", "aoi", null],
    ]);
  });

  test("after a run its files hold none, JSON stays JSON, and what could not be rewritten is told", async () => {
    const told: string[] = [];
    const log = { write: (entry: { message: string }) => told.push(entry.message) };
    const one = { ...session("files"), log } as unknown as Session;
    await secretSet(session("files", { value: "20261121" }), { name: "api_key", ...act });
    const dir = join(folder, "runs", "7");
    const outside = join(folder, "outside.json");
    await mkdir(join(dir, "target"), { recursive: true });
    const files = { "target/a.sql": "'20261121'", "run_results.json": '{"s":0.20261121,"v":"x20261121plain-one"}' };
    for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
    await writeFile(outside, "20261121");
    await symlink(outside, join(dir, "link.json"));
    await writeFile(join(dir, "large.txt"), "");
    await truncate(join(dir, "large.txt"), 600_000_000);
    await hideSecrets(one, one.place.config.environments[0]!, 7);
    const texts = Object.keys(files).map((name) => readFile(join(dir, name), "utf8"));
    expect(await Promise.all(texts)).toEqual(["'*****'", '{"s":0.20261121,"v":"x**********"}']);
    expect(await readFile(outside, "utf8")).toBe("20261121");
    expect(told).toEqual([expect.stringContaining(join(dir, "large.txt"))]);
  });

  test("the key's folder is never the one where one happens to be", () => {
    const file = (env: Record<string, string>) => secretKeyFile({ env });
    const usual = "/people/aoi/.config/slipway/secret.key";
    for (const given of ["", "conf"]) expect(file({ XDG_CONFIG_HOME: given, HOME: "/people/aoi" })).toBe(usual);
    expect(file({ XDG_CONFIG_HOME: "/x", HOME: "/people/aoi" })).toBe("/x/slipway/secret.key");
    expect(isAbsolute(file({ HOME: "" }))).toBe(true);
  });

  test("a row moved to another name or project, or changed, does not open", async () => {
    await secretSet(session("one", { value: "hunter22" }), { name: "a", ...act });
    const move = (to: string, name: string) =>
      sql`update slipway_state.secrets set name = ${name}, project_id = (select id from slipway_state.projects where name = ${to})
        where sealed = ${sealed}`.execute(db.kysely);
    const sealed = (
      await sql<{ sealed: string }>`select sealed from slipway_state.secrets where name = 'a'`.execute(db.kysely)
    ).rows[0]!.sealed;
    await move("one", "b");
    await expect(readSecret(session("one"), "b")).rejects.toMatchObject({
      code: "unauthorized",
      text: { id: "secrets.locked" },
    });
    await ensureProject(db, "two");
    await move("two", "a");
    const key = (await readFile(secretKeyFile(session("one").ctx), "utf8")).trim();
    await expect(readSecret(session("two", { env: { SLIPWAY_SECRET_KEY: key } }), "a")).rejects.toMatchObject({
      code: "unauthorized",
    });
    await move("one", "a");
    expect(await readSecret(session("one"), "a")).toBe("hunter22");
  });

  test("another key: said by name, nothing sealed with two keys, the lost one can be left behind", async () => {
    const other = { SLIPWAY_SECRET_KEY: Buffer.alloc(32, 7).toString("base64") };
    await secretSet(session("keys", { value: "hunter22" }), { name: "a", ...act });
    await expect(readSecret(session("keys", { env: other }), "a")).rejects.toMatchObject({ code: "unauthorized" });
    expect((await secretList(session("keys", { env: other }))).secrets).toMatchObject([{ name: "a", opens: false }]);
    expect(await storedSecrets(session("keys", { env: other }))).toEqual([]);
    await expect(
      secretSet(session("keys", { value: "hunter23", env: other }), { name: "b", ...act }),
    ).rejects.toMatchObject({ code: "conflict", text: { id: "secrets.other_key" } });
    await secretSet(session("keys", { value: "hunter24", env: other }), { name: "a", ...act });
    expect(await readSecret(session("keys", { env: other }), "a")).toBe("hunter24");
  });

  test("a machine without the key makes none where secrets exist already", async () => {
    await secretSet(session("team", { value: "hunter22" }), { name: "a", ...act });
    const elsewhere = { XDG_CONFIG_HOME: join(folder, "elsewhere") };
    const attempt = secretSet(session("team", { value: "x", env: elsewhere }), { name: "b", ...act });
    await expect(attempt).rejects.toMatchObject({ code: "conflict" });
    await expect(stat(join(folder, "elsewhere"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("two that need the first key at once get the same one", async () => {
    const both = ["a", "b", "c"].map((name) =>
      secretSet(session("race", { value: `${name}-value` }), { name, ...act }),
    );
    await Promise.all(both);
    expect(
      new Set((await secretList(session("race"))).secrets.map((one) => [one.keyId, one.opens].join())),
    ).toHaveLength(1);
    expect(await readSecret(session("race"), "b")).toBe("b-value");
  });

  test.each([
    ["nothing typed", { value: "\n" }, "a", "secrets.empty"],
    ["a name that is none", { value: "v" }, "a b", "secrets.bad_name"],
    ["too long", { value: "x".repeat(70_000) }, "a", "secrets.too_long"],
    ["no key", { value: "v", env: { SLIPWAY_SECRET_KEY: "short" } }, "a", "secrets.key_invalid"],
  ])("%s is refused", async (_what, given, name, id) => {
    await expect(secretSet(session("refused", given), { name, ...act })).rejects.toMatchObject({
      code: "invalid",
      text: { id },
    });
  });

  test("a key file that others may read is not used", async () => {
    await secretSet(session("open", { value: "hunter22" }), { name: "a", ...act });
    const file = secretKeyFile(session("open").ctx);
    await chmod(file, 0o644);
    await expect(readSecret(session("open"), "a")).rejects.toMatchObject({ text: { id: "secrets.key_open" } });
  });

  test("what keys and records see of a secret changes with it and tells nothing else", async () => {
    const prod = parseConfig(config, "slipway.yml").config.environments[0];
    const wanting = session("env");
    await expect(declaredEnv(wanting, prod)).rejects.toMatchObject({
      code: "not_found",
      details: { hint: { params: { name: "api_key" } } },
    });
    await secretSet(session("env", { value: "hunter22" }), { name: "api_key", ...act });
    expect(await declaredEnv(wanting, prod)).toEqual({
      API_KEY: "hunter22",
      DBT_ENV_SECRET_X: "plain-one",
      REGION: "jp",
    });
    const before = await keyedEnv(wanting, prod);
    expect(before.REGION).toBe("jp");
    expect(before.API_KEY).toMatch(/^secret:[a-z2-7]{16}$/);
    expect(before.DBT_ENV_SECRET_X).toMatch(/^secret:[a-z2-7]{16}$/);
    expect(await keyedEnv(wanting, prod)).toEqual(before);
    await secretSet(session("env", { value: "hunter23" }), { name: "api_key", ...act });
    const after = await keyedEnv(wanting, prod);
    expect([after.API_KEY === before.API_KEY, after.DBT_ENV_SECRET_X === before.DBT_ENV_SECRET_X]).toEqual([
      false,
      true,
    ]);
  });
});
