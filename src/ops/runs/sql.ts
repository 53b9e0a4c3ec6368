// `slipway sql`: people's own queries on Slipway's state, read-only.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { SqlRequest } from "../../core/ops/runs.ts";
import { placeIn, splitStatements } from "../../core/project/sql-statements.ts";
import type { SqlView } from "../../core/views/runs.ts";
import { QueryRefused, readQueries, TABLES_QUERY } from "../../db/reader.ts";
import type { Session } from "../../flow/session/session.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { answerLines } from "./sql-lines.ts";

export async function sql(session: Session, request: SqlRequest, print: (line: string) => void): Promise<SqlView> {
  const text = await textOf(session, request);
  const statements = splitStatements(text);
  if (statements.length === 0) throw new AppError("invalid", say("sql.nothing"), { hint: say("sql.nothing_hint") });
  const { timezone } = session.place.config;
  const results = await readQueries(await session.db(), statements, timezone).catch((error: unknown) => {
    throw error instanceof QueryRefused ? refusal(error, text, request.file) : error;
  });
  for (const line of answerLines(request.format, results)) print(line);
  return {
    outcome: "done",
    timezone,
    at: session.ctx.clock.now(),
    problems: [],
    format: request.format,
    results: results.map((result) => ({ ...result, rowCount: result.rows.length })),
  };
}

async function textOf({ ctx }: Session, { sql: typed, file }: SqlRequest): Promise<string> {
  if (file === null) return typed ?? TABLES_QUERY;
  try {
    return (await readFile(file === "-" ? "/dev/stdin" : resolve(ctx.cwd, file), "utf8")).replace(/^\ufeff/, "");
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new AppError("not_found", say("sql.no_file", { file, why }), { cause });
  }
}

/** PostgreSQL's own words, at the line and column of what was typed. */
function refusal(error: QueryRefused, text: string, file: string | null): AppError {
  const place = error.offset === null ? null : placeIn(text, error.offset);
  const writes = error.sqlState === "25006" || error.sqlState === "25001";
  return new AppError(
    "invalid",
    writes ? say("sql.read_only", { why: error.message }) : say("sql.refused", { why: error.message }),
    {
      ...(place ? { where: { file: file ?? "SQL", ...place } } : {}),
      hint: error.hint === null ? say("sql.hint") : say("sql.server_hint", { hint: error.hint }),
      cause: error,
    },
  );
}
