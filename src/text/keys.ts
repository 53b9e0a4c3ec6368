// Texts of the keys room: why a node cannot be proven unchanged, and what a key lacks.
import { defineTexts } from "./define.ts";

type Name = { name: string };
type Node = { node: string };

export const keys = defineTexts({
  "key.volatile_function": {
    en: (p: Name) => `uses ${p.name}, whose result changes from run to run`,
    ja: (p) => `実行のたびに結果が変わる ${p.name} を使っています`,
  },
  "key.volatile_literal": {
    en: (p: Name) => `the date ${p.name} means the time of the run`,
    ja: (p) => `日付 ${p.name} は実行時刻を意味します`,
  },
  "key.volatile_jinja": {
    en: (p: Name) => `${p.name} differs in every run`,
    ja: (p) => `${p.name} は実行のたびに変わります`,
  },
  "key.volatile_microbatch": {
    en: (_: object) => "a microbatch model depends on the time of the run",
    ja: () => "マイクロバッチのモデルは実行時刻に左右されます",
  },
  "key.opaque_python": {
    en: (_: object) => "a Python model can read anything",
    ja: () => "Python モデルは何でも読み取れるため、内容を見通せません",
  },
  "key.opaque_materialization": {
    en: (p: Name) => `the project's own materialization '${p.name}' can read anything`,
    ja: (p) => `プロジェクト独自のマテリアライゼーション '${p.name}' は何でも読み取れるため、内容を見通せません`,
  },
  "key.opaque_jinja": {
    en: (p: Name) => `${p.name} reads what the key cannot hold`,
    ja: (p) => `${p.name} はキーに含められないものを読み取ります`,
  },
  "key.opaque_columns": {
    en: (p: Name) => `${p.name} reads the columns of a source, which its token may not cover`,
    ja: (p) => `${p.name} はソースの列を読み取りますが、トークンは列の変化を表さないことがあります`,
  },
  "key.opaque_function": {
    en: (p: Name) => `${p.name}() reads what the key cannot hold`,
    ja: (p) => `${p.name}() はキーに含められないものを読み取ります`,
  },
  "key.opaque_table": {
    en: (p: Name) => `reads ${p.name} directly, not by ref() or source()`,
    ja: (p) => `ref() や source() を使わず、${p.name} を直接読み取っています`,
  },
  "key.opaque_table_function": {
    en: (p: Name) => `reads from ${p.name}(), a function Slipway does not know`,
    ja: (p) => `Slipway の知らない関数 ${p.name}() から読み取っています`,
  },
  "key.opaque_computed_table": {
    en: (p: Name) => `the relation ${p.name} is only known when it runs`,
    ja: (p) => `リレーション ${p.name} は実行時まで決まりません`,
  },
  "key.opaque_computed_source": {
    en: (_: object) => "a source() whose name is only known when it runs",
    ja: () => "source() の名前が実行時まで決まりません",
  },
  "key.opaque_file": {
    en: (p: Name) => `${p.name}() reads a file whose name is only known when it runs`,
    ja: (p) => `${p.name}() が読むファイルの名前は実行時まで決まりません`,
  },
  "key.opaque_remote_file": {
    en: (p: Name) => `${p.name} is not a local file`,
    ja: (p) => `${p.name} はローカルのファイルではありません`,
  },
  "key.opaque_unreadable": {
    en: (_: object) => "the Jinja code could not be read with certainty",
    ja: () => "Jinja のコードを確実には読み取れませんでした",
  },
  "key.token_missing": {
    en: (p: Node) => `no token was read for ${p.node}`,
    ja: (p) => `${p.node} のトークンが読み取られていません`,
  },
  "key.seed_hash_missing": {
    en: (p: Node) => `the content of seed ${p.node} was not hashed`,
    ja: (p) => `シード ${p.node} の内容のハッシュがありません`,
  },
});
