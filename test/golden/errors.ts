// Errors as they reach people, from which the golden blocks are drawn.
import { parseConfig } from "../../src/core/config/config.ts";
import { AppError } from "../../src/lib/error.ts";
import { literal } from "./base.ts";

const locked = new AppError("locked", literal("data/shop.duckdb is in use by another program"), {
  facts: [
    { label: "who", text: literal("python3 notebooks/explore.py (pid 48213, aoi), since 08:41 JST") },
    { label: "done", text: literal("waited 60 s; nothing was changed, prod serves r41") },
  ],
  hint: literal("close it there and run this again, or give readers a copy: environments.prod.replica in slipway.yml"),
});

const unparsed = new AppError("invalid", literal("the dbt project does not parse at c07d5e2"), {
  where: {
    file: "models/marts/orders.sql",
    line: 17,
    column: 52,
    excerpt: "  where updated_at > (select max(updated_at) from {{ tihs }})",
  },
  facts: [
    { label: "why", text: literal("'tihs' is undefined (dbt)") },
    { label: "done", text: literal("nothing was changed, prod serves r41") },
  ],
  hint: literal("did you mean 'this'? Fix, commit, run this again"),
});

function configError(text: string): AppError {
  try {
    parseConfig(text, "slipway.yml");
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  throw new Error("accepted");
}

export const errors: Record<string, AppError> = {
  locked,
  unparsed,
  "config-one": configError("version: 1\nenvironments:\n  dev: { target: dev, confrim: true }\n"),
  "config-many": configError("version: 2\nlang: jp\nenvironments:\n  dev: { tagret: dev }\n  prod: { target: [] }\n"),
  upstream: new AppError("upstream", literal('connection to server at "db.example.com" failed:\n\tConnection refused\u001b[2J\n\tIs the server running?')),
};
