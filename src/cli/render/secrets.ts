// `secret`: the table of names, and what was done with one.
import type { SecretDoneView, SecretRow, SecretsView } from "../../core/views/secrets.ts";
import { day } from "./format.ts";
import { table, wrap } from "./layout.ts";
import { problemLines } from "./parts.ts";
import { mark, type Style, words } from "./style.ts";

export function renderSecrets(view: SecretsView, style: Style): string[] {
  const columns = [
    { head: words(style, "secrets.head_name") },
    { head: words(style, "secrets.head_set") },
    { head: words(style, "secrets.head_by") },
    { head: words(style, "secrets.head_used"), flexible: true },
  ];
  const cells = (row: SecretRow) => [
    row.name,
    day(row.updatedAt, view),
    row.updatedBy,
    row.usedBy.join(", ") || words(style, "secrets.not_used"),
  ];
  const rows =
    view.secrets.length === 0 ? [words(style, "secrets.none")] : table(columns, view.secrets.map(cells), style.width);
  const warn = (text: string) => wrap(`${mark(style, "warn")} ${text}`, style.width, "  ");
  return [
    ...rows,
    ...view.secrets
      .filter((row) => !row.opens)
      .flatMap(({ name, keyId }) => warn(words(style, "secrets.not_opened", { name, key: keyId }))),
    ...view.wanted.flatMap((one) => warn(words(style, "secrets.wanted", one))),
    ...problemLines(style, view.problems),
  ];
}

export function renderSecretDone(view: SecretDoneView, style: Style): string[] {
  const { name, isNew, keyId } = view;
  const text =
    view.action === "set"
      ? words(style, "secrets.done_set", { name, isNew, key: keyId ?? "" })
      : words(style, "secrets.done_remove", { name });
  const made = view.keyMade === null ? [] : [words(style, "secrets.key_made", { file: view.keyMade })];
  return [
    ...wrap(`${mark(style, "ok")} ${text}`, style.width, "  "),
    ...made.flatMap((line) => wrap(`${mark(style, "warn")} ${line}`, style.width, "  ")),
    ...problemLines(style, view.problems),
  ];
}
