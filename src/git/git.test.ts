import { expect, test } from "vitest";
import { git } from "./git.ts";

test("programs that Git starts see neither Slipway's secrets nor what would redirect the repository", async () => {
  const env = {
    PATH: process.env.PATH,
    HOME: "/nowhere",
    GIT_TOKEN: "for a helper",
    GIT_DIR: "/elsewhere",
    SLIPWAY_SECRET_KEY: "k",
    SLIPWAY_SMTP_URL: "smtps://u:p@h",
    DATABASE_URL: "postgres://u:p@h/d",
  };
  const seen = await git({ folder: ".", env }, ["-c", "alias.env=!env", "env"]);
  const names = seen.split("\n").map((line) => line.split("=")[0]);
  expect(names).toEqual(expect.arrayContaining(["PATH", "HOME", "GIT_TOKEN", "GIT_TERMINAL_PROMPT"]));
  expect(names.filter((name) => /^(SLIPWAY_|DATABASE_URL)/.test(name!))).toEqual([]);
  expect(seen).not.toContain("/elsewhere");
});
