// `slipway db current|history|upgrade|downgrade`, with the meaning known from alembic.
import type { Program } from "../program.ts";
import type { Runner } from "../runner.ts";
import { actRequest } from "./options.ts";

const screen = async () => (await import("../render/db.ts")).renderDb;

export function addDb(program: Program, run: Runner): void {
  const db = program.sub("db", "cli.help_db");
  const current = db.sub("current", "cli.help_db_current");
  current.action(() => run(current, { schema: "db/1", act: (flow) => flow.dbCurrent(), screen }));
  const history = db.sub("history", "cli.help_db_history");
  history.action(() => run(history, { schema: "db/1", act: (flow) => flow.dbHistory(), screen }));
  const upgrade = db.sub("upgrade", "cli.help_db_upgrade").takes("[revision]", "cli.arg_revision_up");
  upgrade.action((to: string | undefined) =>
    run(upgrade, { schema: "db/1", act: (flow) => flow.dbUpgrade({ to: to ?? "head" }), screen }),
  );
  addDowngrade(db, run);
}

/** `-1` is a revision here, not an option: it is the one command that takes words beginning with a hyphen. */
function addDowngrade(db: Program, run: Runner): void {
  const command = db.sub("downgrade", "cli.help_db_downgrade").takes("<revision>", "cli.arg_revision_down");
  command
    .knows("--confirm <revision>", "cli.opt_confirm_revision")
    .examples([["slipway db downgrade -1", "cli.ex_downgrade"]])
    .action((to: string) =>
      run(command, { schema: "db/1", act: (flow) => flow.dbDowngrade({ to, ...actRequest(command) }), screen }),
    );
}
