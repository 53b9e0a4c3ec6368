// `slipway sql "select .."`
import type { SqlFormat } from "../../core/views/runs.ts";
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import type { Program } from "../program.ts";
import type { Runner } from "../runner.ts";

const FORMATS: readonly SqlFormat[] = ["table", "csv", "json"];

interface Options {
  file?: string;
  format?: SqlFormat;
}

export function addSql(program: Program, run: Runner): void {
  const command = program.sub("sql", "runs.help_sql").takes("[query]", "runs.arg_query");
  command
    .knows("-f, --file <file>", "runs.opt_file")
    .knows("--format <format>", "runs.opt_format", FORMATS)
    .examples([
      ['slipway sql "table dbt_run_results order by total_time desc limit 5"', "runs.ex_sql"],
      ["slipway sql -f slow.sql --format csv", "runs.ex_sql_file"],
    ])
    .action((query: string | undefined, { file, format = "table" }: Options) => {
      if (query !== undefined && file !== undefined)
        throw new AppError("invalid", say("cli.not_together", { options: ["QUERY", "--file"] }));
      return run(command, {
        schema: "sql/1",
        act: (commands, print: (line: string) => void) =>
          commands.sql({ sql: query ?? null, file: file ?? null, format }, print),
        screen: async () => (await import("../render/sql.ts")).renderSql,
        line: { schema: "sql-line/1", screen: async () => (text: string) => [text] },
      });
    });
}
