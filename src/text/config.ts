// Texts of slipway.yml: what is wrong with it and what was probably meant.
import { defineTexts } from "./define.ts";

const list = (names: string[]): string => names.join(", ");
const KINDS: Record<string, { en: string; ja: string }> = {
  string: { en: "a text", ja: "文字列" },
  number: { en: "a number", ja: "数値" },
  int: { en: "a whole number", ja: "整数" },
  boolean: { en: "true or false", ja: " true または false " },
  array: { en: "a list", ja: "リスト" },
  object: { en: "a group of keys", ja: "キーの組" },
  record: { en: "a group of keys", ja: "キーの組" },
};
const kind = (name: string, lang: "en" | "ja"): string =>
  KINDS[name]?.[lang] ?? (lang === "en" ? "something else" : "別の形");
const ROUTED = { channel: "通知先", environment: "環境", job: "ジョブ" };
const inKey = (at: string): string => (at === "" ? "slipway.yml" : at);

export const config = defineTexts({
  "config.mistakes": {
    en: (p: { file: string; count: number }) => `${p.file} has ${p.count} mistakes`,
    ja: (p) => `${p.file} に誤りが ${p.count}件あります`,
  },
  "config.empty": { en: (_: object) => "slipway.yml is empty", ja: () => "slipway.yml が空です" },
  "config.too_large": {
    en: (p: { bytes: number }) => `slipway.yml is larger than ${p.bytes / 1e6} MB`,
    ja: (p) => `slipway.yml が ${p.bytes / 1e6} MB を超えています`,
  },
  "config.not_yaml": {
    en: (p: { message: string }) => `not valid YAML: ${p.message}`,
    ja: (p) => `YAML として読めません: ${p.message}`,
  },
  "config.not_utf8": {
    en: (_: object) => "slipway.yml is not written in UTF-8",
    ja: () => "slipway.yml が UTF-8 で書かれていません",
  },
  "config.not_utf8_hint": {
    en: (_: object) => "save it as UTF-8 in your editor",
    ja: () => "エディターで UTF-8 として保存してください",
  },
  "config.bad_alias": {
    en: (p: { message: string }) => `a YAML alias cannot be resolved: ${p.message}`,
    ja: (p) => `YAML のエイリアスを解決できません: ${p.message}`,
  },
  "config.duplicate_key": {
    en: (p: { key: string }) => `the key '${p.key}' stands here twice`,
    ja: (p) => `キー '${p.key}' が重複しています`,
  },
  "config.unknown_key": {
    en: (p: { key: string; at: string }) => `'${p.key}' is not a key of ${inKey(p.at)}`,
    ja: (p) => `'${p.key}' は ${inKey(p.at)} のキーではありません`,
  },
  "config.missing_key": {
    en: (p: { key: string }) => `${p.key} is missing`,
    ja: (p) => `${p.key} がありません`,
  },
  "config.wrong_type": {
    en: (p: { key: string; expected: string; value: string | null }) =>
      `${inKey(p.key)} must be ${kind(p.expected, "en")}, not ${p.value === null ? "empty" : `'${p.value}'`}`,
    ja: (p) =>
      `${inKey(p.key)} には${kind(p.expected, "ja")}を書いてください (${p.value === null ? "空です" : `'${p.value}' は使えません`})`,
  },
  "config.not_one_of": {
    en: (p: { key: string; value: string; values: string[] }) =>
      `${p.key} must be ${p.values.join(" or ")}, not '${p.value}'`,
    ja: (p) => `${p.key} に書けるのは ${p.values.join(" / ")} です ('${p.value}' は使えません)`,
  },
  "config.out_of_range": {
    en: (p: { key: string; side: "least" | "most"; limit: number; origin: string }) =>
      p.origin === "string" || p.origin === "array"
        ? `${p.key} must not be empty`
        : `${p.key} must be at ${p.side} ${p.limit}`,
    ja: (p) =>
      p.origin === "string" || p.origin === "array"
        ? `${p.key} を空にはできません`
        : `${p.key} は ${p.limit} ${p.side === "least" ? "以上" : "以下"}にしてください`,
  },
  "config.bad_env_name": {
    en: (_: object) => "a name of an environment value has letters, digits and _ only",
    ja: () => "環境変数名に使えるのは英数字と _ だけです",
  },
  "config.bad_duration": {
    en: (_: object) => "not a duration: write 30m, 2h or 1d",
    ja: () => "時間の書き方が正しくありません。30m、2h、1d のように書いてください",
  },
  "config.bad_schema": {
    en: (_: object) => "a schema is letters, digits and _, and does not begin with slipway",
    ja: () => "スキーマ名には英字、数字、_ を使い、slipway で始めないでください",
  },
  "config.bad_size": {
    en: (_: object) => "not a size: write 500 MB or 200 GB",
    ja: () => "容量の書き方が正しくありません。500 MB、200 GB のように書いてください",
  },
  "config.bad_timezone": {
    en: (_: object) => "not a time zone: write a name such as Asia/Tokyo or UTC",
    ja: () => "タイムゾーンではありません。Asia/Tokyo や UTC のように書いてください",
  },
  "config.bad_name": {
    en: (p: { name?: string }) =>
      `${p.name ? `'${p.name}'` : "this"} is not a name: a letter first, then letters, digits, _ and -, 63 at most`,
    ja: (p) =>
      `${p.name ? `'${p.name}'` : "これ"} は名前に使えません。文字で始め、文字、数字、_、- を 63字まで使えます`,
  },
  "config.same_name": {
    en: (p: { name: string; other: string }) =>
      `environments '${p.name}' and '${p.other}' differ only in capitals or width`,
    ja: (p) => `環境 '${p.name}' と '${p.other}' は大文字小文字や全角半角しか違いません`,
  },
  "config.shared_target": {
    en: (p: { name: string; other: string; target: string }) =>
      `${p.name} has the target '${p.target}' of ${p.other}: both would publish the same names`,
    ja: (p) => `${p.name} のターゲット '${p.target}' は ${p.other} と同じです。公開する名前が重なります`,
  },
  "config.no_environments": {
    en: (_: object) => "no environment is declared: at least one is needed",
    ja: () => "環境がありません。少なくとも 1つ必要です",
  },
  "config.unknown_environment": {
    en: (p: { name: string }) => `environment '${p.name}' is not declared`,
    ja: (p) => `環境 '${p.name}' は宣言されていません`,
  },
  "config.no_such_environment": {
    en: (p: { name: string }) => `there is no environment '${p.name}'`,
    ja: (p) => `環境 '${p.name}' はありません`,
  },
  "config.environments_are": {
    en: (p: { names: string[] }) => `environments: ${list(p.names)}`,
    ja: (p) => `環境: ${list(p.names)}`,
  },
  "config.requires_cycle": {
    en: (p: { names: string[] }) => `'requires' goes round in a circle: ${p.names.join(" -> ")}`,
    ja: (p) => `requires が循環しています: ${p.names.join(" -> ")}`,
  },
  "config.did_you_mean": {
    en: (p: { name: string }) => `did you mean '${p.name}'?`,
    ja: (p) => `'${p.name}' のことですか?`,
  },
  "config.known_keys": {
    en: (p: { keys: string[] }) => `keys here: ${list(p.keys)}`,
    ja: (p) => `使えるキー: ${list(p.keys)}`,
  },
  "config.bad_address": {
    en: (_: object) => "an e-mail address looks like  aoi@example.com",
    ja: () => "メールアドレスは  aoi@example.com  の形で書いてください",
  },
  "config.route_unknown": {
    en: (p: { kind: "channel" | "environment" | "job"; name: string }) => `there is no ${p.kind} '${p.name}'`,
    ja: (p) => `${ROUTED[p.kind]} '${p.name}' はありません`,
  },
  "config.route_knows": {
    en: (p: { kind: "channel" | "environment" | "job"; names: string[] }) =>
      p.names.length === 0 ? `slipway.yml has no ${p.kind}s` : `${p.kind}s are: ${list(p.names)}`,
    ja: (p) =>
      p.names.length === 0 ? `slipway.yml に${ROUTED[p.kind]}がありません` : `${ROUTED[p.kind]}: ${list(p.names)}`,
  },
  "config.unknown_contact": {
    en: (p: { name: string }) => `there is no place for a contact '${p.name}'`,
    ja: (p) => `連絡先 '${p.name}' は使えません`,
  },
  "config.contacts_are": {
    en: (p: { names: string[] }) => `contacts are, in this order: ${list(p.names)}`,
    ja: (p) => `連絡先は順に: ${list(p.names)}`,
  },
  "config.contact_order": {
    en: (p: { name: string; before: string }) => `contacts.${p.name} comes after ${p.before}, which is missing`,
    ja: (p) => `contacts.${p.name} の前に ${p.before} が必要です`,
  },
  "config.contact_without_way": {
    en: (p: { name: string }) => `contacts.${p.name} needs email, slack or phone`,
    ja: (p) => `contacts.${p.name} には email、slack、phone のどれかが必要です`,
  },
});
