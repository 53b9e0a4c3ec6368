import { expect, test } from "vitest";
import type { Ctx } from "../core/ctx.ts";
import type { Commands } from "../core/ops.ts";
import type { Proposal } from "../core/plan/proposal.ts";
import type { ResumeView } from "../core/views/upkeep.ts";
import { AppError } from "../lib/error.ts";
import { say } from "../text/catalogue.ts";
import { runShell } from "./shell.ts";
import { interrupts } from "./signals.ts";

interface Setting {
  env?: Record<string, string>;
  /** What a person types, in order; without it there is no terminal. */
  answers?: (string | null)[];
  /** Standard input, where there is no terminal. */
  piped?: string;
  flow?: (ctx: Ctx) => Partial<Commands>;
}

async function run(line: string, { env = {}, answers, piped = "", flow = () => ({}) }: Setting = {}) {
  const written = { out: "", err: "", asked: [] as string[], closed: 0 };
  const sink = (name: "out" | "err") => ({
    isTty: false,
    columns: 80,
    write: (text: string) => {
      written[name] += text;
    },
    drained: async () => undefined,
  });
  const signals = interrupts(() => undefined);
  const asker = answers && {
    ask: async (question: string) => {
      written.asked.push(question);
      return answers.shift() ?? null;
    },
    askHidden: async (question: string) => {
      written.asked.push(`hidden: ${question}`);
      return answers.shift() ?? null;
    },
  };
  const exit = await runShell({
    argv: line.split(" ").filter(Boolean),
    env,
    cwd: "/tmp",
    version: "1.2.3",
    user: "aoi",
    host: "h",
    pid: 1,
    clock: { now: () => new Date(0), ticksMs: () => 0, sleep: async () => undefined },
    stdout: sink("out"),
    stderr: sink("err"),
    asker: asker ?? null,
    piped: async () => piped,
    interrupts: signals,
    loadCommands: async (ctx) =>
      ({ close: async () => void written.closed++, ...flow({ ...ctx, signal: signals.signal }) }) as Commands,
  });
  return { exit, ...written };
}

const resumed: ResumeView = {
  outcome: "done",
  timezone: "UTC",
  at: new Date(0),
  problems: [],
  environment: "prod",
  wasPaused: true,
  serves: null,
};
const resume = (): Partial<Commands> => ({ resume: async () => resumed });

test("a command prints its screen and ends with 0", async () => {
  expect(await run("resume prod", { flow: resume })).toMatchObject({ exit: 0, err: "", closed: 1 });
  expect((await run("resume prod --lang ja", { flow: resume })).out).toBe("✓ prod の自動デプロイを再開しました\n");
});
test("--json is one document with snake_case and the version", async () => {
  const { out, err } = await run("resume prod --json", { flow: resume });
  expect(err).toBe("");
  expect(JSON.parse(out)).toMatchObject({
    slipway: "1.2.3",
    schema: "resume/1",
    ok: true,
    code: "done",
    exit: 0,
    data: { was_paused: true, environment: "prod", at: "1970-01-01T00:00:00.000Z" },
    problems: [],
  });
});
test("requests carry arguments and options, wherever they stand", async () => {
  let seen: unknown;
  const flow = (): Partial<Commands> => ({
    deploy: async (request) => {
      seen = request;
      throw new AppError("conflict", say("cli.answer_no"));
    },
  });
  expect(
    (await run("--reason because deploy prod --commit v1 --plan p7x2 --full-refresh orders+", { flow })).exit,
  ).toBe(4);
  expect(seen).toEqual({
    environment: "prod",
    commit: "v1",
    select: null,
    fullRefresh: "orders+",
    planId: "p7x2",
    reason: "because",
  });
});
test("negative revisions are words", async () => {
  let seen: unknown;
  const flow = (): Partial<Commands> => ({
    dbDowngrade: async (request) => {
      seen = request;
      throw new Error("x");
    },
  });
  await run("db downgrade -1", { flow });
  expect(seen).toMatchObject({ to: "-1" });
});

const usage = async (line: string, expected: string) => {
  const { exit, err, out } = await run(line);
  expect([exit, err.split("\n").slice(0, 2).join(" |")]).toEqual([2, expected]);
  expect(out).toBe("");
};
test("an unknown command", () =>
  usage("deploi", "error: there is no command 'deploi' |  next   did you mean 'deploy'?"));
test("an unknown subcommand", () =>
  usage("db upgrad", "error: there is no command 'db upgrad' |  next   did you mean 'upgrade'?"));
test("an unknown option", () =>
  usage("plan --comit x", "error: slipway plan has no option '--comit' |  next   did you mean '--commit'?"));
test("a global option, misspelt", () =>
  usage("plan --jsn", "error: slipway plan has no option '--jsn' |  next   did you mean '--json'?"));
test("an argument is missing", () =>
  usage("show", "error: slipway show needs RELEASE |  next   see slipway show --help"));
test("a value is missing", () =>
  usage("plan --commit", "error: a value is missing: --commit <ref> |  next   see slipway plan --help"));
test("too much", () =>
  usage(
    "plan prod extra",
    "error: slipway plan does not know what to do with 'extra' |  next   see slipway plan --help",
  ));
test("a language that is not there", () =>
  usage("plan --lang jp", "error: --lang takes en or ja, not 'jp' |  next   did you mean 'ja'?"));
test("promote without --to", () =>
  usage("promote r42", "error: slipway promote needs --TO ENV |  next   type: slipway promote r42 --to ENV"));
test("a number that is none", () =>
  usage("releases --limit many", "error: --limit takes a whole number of at least 1, not 'many' |  code   invalid"));
test("a mistake as JSON", async () => {
  const { out, err, exit } = await run("deploi --json");
  expect([exit, err]).toEqual([2, ""]);
  expect(JSON.parse(out)).toMatchObject({ schema: "error/1", ok: false, code: "invalid", exit: 2, data: null });
});
test("no command: the help, as an error", async () => {
  const { exit, out, err } = await run("");
  expect([exit, out]).toEqual([2, ""]);
  expect(err).toContain("Commands:");
});
test("help in two languages, without flow", async () => {
  const flow = () => {
    throw new Error("loaded");
  };
  expect(await run("deploy --help", { flow })).toMatchObject({ exit: 0, err: "" });
  expect((await run("deploy --help --lang ja", { flow })).out).toContain("使い方:");
  expect((await run("--help", { env: { LANG: "ja_JP.UTF-8" } })).out).toContain("コマンド:");
  expect((await run("help deploy", { flow })).out).toContain("--full-refresh");
  expect(await run("--version")).toMatchObject({ exit: 0, out: "1.2.3\n" });
});
test("what is wide in Japanese stands in columns", async () => {
  const { out } = await run("rollback --help --lang ja");
  expect(
    out
      .split("\n")
      .filter((line) => /^ {2}(--to|--plan)/.test(line))
      .map((line) => line.search(/[^\x20-\x7e]/)),
  ).toEqual([24, 24]);
});

const failing = (error: unknown) => ({
  flow: (): Partial<Commands> => ({ status: async () => Promise.reject(error) }),
});
test("exit codes of errors", async () => {
  for (const [code, exit] of [
    ["not_found", 2],
    ["locked", 4],
    ["upstream", 5],
    ["timeout", 5],
    ["cancelled", 130],
    ["held", 3],
  ] as const)
    expect((await run("status", failing(new AppError(code, say("cli.answer_no"))))).exit).toBe(exit);
});
test("a fault of Slipway tells no details", async () => {
  const { exit, err } = await run("status", failing(new TypeError("secret")));
  expect(exit).toBe(1);
  expect(err).not.toContain("secret");
  expect((await run("status", { ...failing(new TypeError("secret")), env: { SLIPWAY_DEBUG: "1" } })).err).toContain(
    "TypeError: secret",
  );
});
test("a full disk is no fault of Slipway", async () => {
  const { exit, err } = await run(
    "status",
    failing(Object.assign(new Error("ENOSPC"), { code: "ENOSPC", path: "/data/x" })),
  );
  expect([exit, err.split("\n")[0]]).toEqual([5, "error: the disk is full: /data/x"]);
});
test("an error while closing does not hide the first", async () => {
  const flow = (): Partial<Commands> => ({
    status: async () => Promise.reject(new AppError("locked", say("cli.answer_no"))),
    close: async () => Promise.reject(new Error("close")),
  });
  expect((await run("status", { flow })).exit).toBe(4);
});

const unlocks =
  (proposal: Partial<Proposal> = {}) =>
  (ctx: Ctx): Partial<Commands> => ({
    resume: async () => {
      const view = { environment: "prod", timezone: "UTC", at: new Date(0), leases: [] };
      await ctx.approve({
        kind: "unlock",
        view,
        ask: true,
        irreversible: false,
        environment: "prod",
        ...proposal,
      } as Proposal);
      return resumed;
    },
  });
test("nobody can be asked", async () => {
  const { exit, err } = await run("resume prod", { flow: unlocks() });
  expect(exit).toBe(2);
  expect(err).toContain("type: slipway resume prod --yes");
});
test("yes, said beforehand or typed", async () => {
  expect(await run("resume prod --yes", { flow: unlocks() })).toMatchObject({ exit: 0, asked: [] });
  expect(await run("resume prod", { flow: unlocks(), answers: ["ｙ"] })).toMatchObject({
    exit: 0,
    asked: ["Release 0 leases? (y/N) "],
  });
});
test("no, and nothing at all", async () => {
  expect((await run("resume prod", { flow: unlocks(), answers: [""] })).exit).toBe(130);
  expect((await run("resume prod", { flow: unlocks(), answers: [null] })).exit).toBe(130);
});
test("an environment that does not ask", async () =>
  expect((await run("resume prod", { flow: unlocks({ ask: false }) })).exit).toBe(0));
test("what cannot be taken back needs more than yes", async () => {
  const { exit, err } = await run("resume prod --yes", { flow: unlocks({ irreversible: true }) });
  expect([exit, err.includes("--allow-irreversible")]).toEqual([2, true]);
});
test("eject wants the name", async () => {
  const flow = unlocks({ kind: "eject", names: 3 } as Partial<Proposal>);
  expect(
    (await run("eject prod --confirm prod", { flow: (ctx) => ({ eject: flow(ctx).resume as never }) })).exit,
  ).not.toBe(2);
  const wrong = await run("resume prod --yes", { flow });
  expect([wrong.exit, wrong.err.includes("--confirm prod")]).toEqual([2, true]);
  expect((await run("resume prod", { flow, answers: ["prod"] })).exit).toBe(0);
  expect((await run("resume prod", { flow, answers: ["prd"] })).exit).toBe(130);
});
test("--events: a line per event, the document last", async () => {
  const flow = (ctx: Ctx): Partial<Commands> => ({
    resume: async () => {
      ctx.progress({ kind: "node_finished", node: "model.a.b", name: "b", status: "built", ms: 5, message: null });
      return resumed;
    },
  });
  const lines = (await run("resume prod --events", { flow })).out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map((line) => line.schema)).toEqual(["event/1", "resume/1"]);
  expect(lines[0]).toMatchObject({ event: "node_finished", status: "built", ms: 5, at: "1970-01-01T00:00:00.000Z" });
});

const takesSecret =
  (taken: string[]) =>
  (ctx: Ctx): Partial<Commands> => ({
    secretSet: async ({ name }) => {
      taken.push(await ctx.askSecret(say("secrets.ask", { name })));
      return { ...resumed, action: "set", name, isNew: true, keyId: "abcd", keyMade: null, usedBy: [] };
    },
  });
test("a secret is typed unseen, and its value is in no output", async () => {
  const taken: string[] = [];
  const { exit, out, err, asked } = await run("secret set api_key", {
    answers: ["hunter22"],
    flow: takesSecret(taken),
  });
  expect([exit, taken]).toEqual([0, ["hunter22"]]);
  expect(asked[0]).toContain("hidden: Value of api_key");
  expect(out + err).not.toContain("hunter22");
});
test("a secret may come from a pipe", async () => {
  const taken: string[] = [];
  expect((await run("secret set api_key", { piped: "hunter22\n", flow: takesSecret(taken) })).exit).toBe(0);
  expect(taken).toEqual(["hunter22\n"]);
});
test("a secret is never an argument", async () =>
  expect((await run("secret set api_key hunter22", { flow: takesSecret([]) })).exit).toBe(2));
