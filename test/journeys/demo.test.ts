// `npm run demo` as a new user runs it: everything in the story comes out as told, in both languages, on both warehouses.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import stringWidth from "string-width";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, answerOf, userEnv } from "../harness.ts";

const script = join(import.meta.dirname, "../../scripts/demo.ts");
const serverUrl = process.env.SLIPWAY_TEST_POSTGRES_URL ?? "postgres://postgres@127.0.0.1:5432/postgres";
let home = "";

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "slipway-demo-test-"));
  // The demo removes the role when it had to make it; other tests on this server use it at the same time.
  await onServer("create role shop_reader nologin").catch(() => {});
});
afterAll(() => rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 500 }));

function start(args: string[]) {
  const env = { ...userEnv(), TMPDIR: home, SLIPWAY_DEMO_SLOWNESS: "60", NO_COLOR: "1" };
  return spawn(process.execPath, [script, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
}

/** Everything fits 80 columns but paths, and each of the scenes has its headline and its proofs. */
function checkStory({ code, stdout, stderr }: Answer, scenes = 8): string[] {
  expect(code, stdout + stderr).toBe(0);
  const lines = stdout.split("\n");
  expect(lines.filter((line) => line.startsWith("✗ ") && !line.includes("verify") && !line.includes("検証"))).toEqual(
    [],
  );
  expect(
    lines.filter((line) => stringWidth(line) > 80 && !line.includes(home) && !line.includes("bin/slipway")),
  ).toEqual([]);
  expect(lines.filter((line) => new RegExp(`^[1-9]/${scenes} {2}`).test(line))).toHaveLength(scenes);
  return lines;
}

test("on DuckDB, in English, with a server at the end", async () => {
  const child = start(["--serve"]);
  const ended = answerOf(child);
  const told = await until(child, /(http:\S+)[\s\S]*\$ slipway serve --port/);
  const health = () => fetch(told[1]!).then((answer) => answer.json());
  await expect.poll(health).toMatchObject({ ok: true, project: "shop", state: "serving" });
  child.kill("SIGINT");
  const lines = checkStory(await ended, 9);
  expect(lines).toEqual(
    expect.arrayContaining([
      "✓ slipway.yml has an environment for each target of the profile: staging, prod",
      "✓ staging serves 24 nodes, built and tested; October: gross 153,436 yen",
      "✓ 23 nodes of staging reused, 1 built: prod's own snapshot",
      "✓ prod: 0 nodes built, all handed over",
      "✓ prod, October: gross 153,436 yen before, 144,030 yen after",
      "✓ prod and staging, October: gross 144,030 yen before and after",
      "✓ prod, October: net 131,600 yen again",
      "✓ staging shows exactly what it showed before",
      "✓ prod: 40 orders before, 43 after",
      "✓ The job succeeded; prod shows 43 orders",
    ]),
  );
  expect(lines.find((line) => line.includes("everything came out as told"))).toMatch(/^9 scenes, 20 checks, /);
  expect(existsSync(join(kept(), "shop", "slipway.yml"))).toBe(true);
});

test("on PostgreSQL, in Japanese; the database is gone afterwards", async () => {
  const child = start(["--postgres", serverUrl, "--lang", "ja"]);
  const lines = checkStory(await answerOf(child));
  expect(lines).toEqual(
    expect.arrayContaining([
      "✓ prod: ビルド 0件、すべて引き渡し",
      "✓ prod と staging の 10月の税込売上: 前も後も 144,030円",
      "✓ prod の 10月の税抜売上: 元の 131,600円",
      "✓ prod の注文: 前 40件、後 43件",
    ]),
  );
  const left = await onServer(`select datname from pg_database where datname like 'slipway_demo_${child.pid}_%'`);
  expect(left).toEqual([]);
});

test("stopped in the middle, it leaves nothing behind", async () => {
  const before = readdirSync(home);
  const child = start(["--lang", "en"]);
  const ended = answerOf(child);
  await until(child, /\$ slipway deploy/);
  child.kill("SIGINT");
  const { code, stdout } = await ended;
  expect(stdout).toContain("The demo was stopped; nothing is left behind.");
  expect(code).toBe(130);
  expect(readdirSync(home)).toEqual(before);
});

test("what it does not understand is refused", async () => {
  const { code, stderr } = await answerOf(start(["--postgre"]));
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: "usage: npm run demo -- [--postgres [URL]] [--keep] [--serve] [--lang en|ja]\n",
  });
});

/** Resolves when a process has printed this; throws when it ends without it. */
function until(child: ReturnType<typeof start>, wanted: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += String(chunk);
      const found = wanted.exec(text);
      if (found) resolve(found);
    });
    child.once("close", () => reject(new Error(`ended without ${wanted}:\n${text}`)));
  });
}

const kept = (): string => join(home, readdirSync(home).find((name) => name.startsWith("slipway-demo-"))!);

async function onServer(sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
