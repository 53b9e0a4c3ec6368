// Texts of warehouses that no environment is in any more.
import { defineTexts } from "./define.ts";
import { size } from "./format.ts";
import { count } from "./words.ts";

interface Place {
  warehouse: string;
  schemas: string[];
}

export const leftBehind = defineTexts({
  "flow.left_behind": {
    en: (p: Place & { count: number; sizeBytes: number }) =>
      `${count(p.count, "relation")}${sized(p.sizeBytes)} in ${p.schemas.join(", ")} of ${p.warehouse}: no environment of slipway.yml is there any more`,
    ja: (p) =>
      `${p.warehouse} の ${p.schemas.join("、")} に ${p.count}件のリレーション${sized(p.sizeBytes)}が残っています。slipway.yml のどの環境もここを使っていません`,
  },
  "flow.left_behind_hint": {
    en: (p: Place) =>
      `if nobody reads there any more, remove ${isFile(p) ? "the file or, in it, " : ""}${p.schemas.join(", ")} and the views over it; then  slipway gc --forget '${p.warehouse}'`,
    ja: (p) =>
      `もう誰も参照していなければ、${isFile(p) ? "ファイル、またはその中の " : ""}${p.schemas.join("、")} とそれを参照するビューを削除し、続けて  slipway gc --forget '${p.warehouse}'`,
  },
  "flow.not_left": {
    en: (p: { warehouse: string }) => `nothing is left at ${p.warehouse} that could be forgotten`,
    ja: (p) => `${p.warehouse} に、記録を終えられるものはありません`,
  },
  "flow.not_left_hint": {
    en: (p: { names: string[] }) =>
      p.names.length === 0 ? "slipway gc --dry-run lists such warehouses" : `left are: ${p.names.join(", ")}`,
    ja: (p) =>
      p.names.length === 0
        ? "該当するものは slipway gc --dry-run で表示されます"
        : `該当するもの: ${p.names.join("、")}`,
  },
});

const sized = (bytes: number): string => (bytes > 0 ? ` (${size(bytes)})` : "");
/** A file can go as a whole; of a database only the schemas. */
const isFile = ({ warehouse }: Place): boolean => warehouse.startsWith("duckdb:");
