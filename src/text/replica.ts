// Texts of the consumers' file (`replica:`).
import { defineTexts } from "./define.ts";
import { duration, size } from "./format.ts";

export const replica = defineTexts({
  "replica.written": {
    en: (p: { file: string; release: number; sizeBytes: number; ms: number }) =>
      `replica ${p.file} shows r${p.release} (${size(p.sizeBytes)}, ${duration(p.ms, "en")})`,
    ja: (p) => `レプリカ ${p.file} を r${p.release} に更新しました (${size(p.sizeBytes)}、${duration(p.ms, "ja")})`,
  },
  "replica.failed": {
    en: (p: { file: string; release: number; why: string }) =>
      `replica ${p.file} could not be written and does not show r${p.release}: ${p.why}`,
    ja: (p) => `レプリカ ${p.file} を書き込めず、r${p.release} になっていません: ${p.why}`,
  },
  "replica.failed_hint": {
    en: (p: { environment: string }) =>
      `its readers keep the file before; the next act on ${p.environment} tries again: slipway refresh ${p.environment}`,
    ja: (p) =>
      `利用者には以前のファイルが見えています。${p.environment} への次の操作で再試行します: slipway refresh ${p.environment}`,
  },
  "replica.error": { en: (p: { message: string }) => p.message, ja: (p) => p.message },
  "replica.needs_duckdb": {
    en: (p: { environment: string }) =>
      `${p.environment}: 'replica' is a copy of a DuckDB file, and this is PostgreSQL`,
    ja: (p) => `${p.environment}: 'replica' は DuckDB ファイルのコピーです。PostgreSQL では使えません`,
  },
  "replica.needs_duckdb_hint": {
    en: (_: object) => "take it out of slipway.yml: readers of PostgreSQL meet no lock",
    ja: () => "slipway.yml から外してください (PostgreSQL の利用者はロックを待ちません)",
  },
  "replica.same_file": {
    en: (p: { environment: string; file: string }) => `${p.environment}: the replica ${p.file} is the warehouse itself`,
    ja: (p) => `${p.environment}: レプリカ ${p.file} はウェアハウス自身のファイルです`,
  },
  "replica.same_file_hint": {
    en: (_: object) => "give the copy a path of its own in slipway.yml",
    ja: () => "slipway.yml で別のパスを指定してください",
  },
  "replica.shared": {
    en: (p: { name: string; other: string; file: string }) => `${p.name} and ${p.other} have one replica: ${p.file}`,
    ja: (p) => `${p.name} と ${p.other} のレプリカが同じです: ${p.file}`,
  },
});
