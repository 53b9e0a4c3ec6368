// `init`: what was found, what was written, the next step.
import type { InitView } from "../../core/views/upkeep.ts";
import { pad, width, wrap } from "./layout.ts";
import { problemLines } from "./parts.ts";
import { comma, mark, type Style, words } from "./style.ts";

export function renderInit(view: InitView, style: Style): string[] {
  const versions = [view.dbtVersion ? `dbt-core ${view.dbtVersion}` : "", view.adapter ?? ""]
    .filter(Boolean)
    .join(", ");
  const targets = view.targets
    .map(({ name, isDefault }) => (isDefault ? words(style, "cli.init_default", { name }) : name))
    .join(comma(style));
  const found = [
    { sign: "ok" as const, name: "dbt_project.yml", text: `${view.project}${versions ? ` (${versions})` : ""}` },
    {
      sign: "ok" as const,
      name: "profiles.yml",
      text: words(style, "cli.init_profile", { profile: view.profile, targets }),
    },
    ...view.files.map(({ path, change }) => ({
      sign: change === "kept" ? ("reuse" as const) : ("build" as const),
      name: path,
      text: fileText(view, path, change, style),
    })),
  ];
  const name = Math.max(16, ...found.map((row) => width(row.name)));
  const [environment] = view.environments;
  return [
    ...found.flatMap((row) =>
      wrap(`${mark(style, row.sign)} ${pad(row.name, name)} ${row.text}`, style.width, " ".repeat(name + 3)).map(
        (line) => line.trimEnd(),
      ),
    ),
    ...problemLines(style, view.problems),
    words(style, "cli.init_next", { command: `slipway plan${environment ? ` ${environment}` : ""}` }),
  ];
}

function fileText(view: InitView, path: string, change: InitView["files"][number]["change"], style: Style): string {
  if (change === "kept") return words(style, "cli.init_kept");
  if (path === "slipway.yml") return words(style, "cli.init_config", { count: view.environments.length });
  if (path === ".gitignore") return words(style, "cli.init_ignore");
  return path.endsWith(".schema.json") ? words(style, "cli.init_schema") : "";
}
