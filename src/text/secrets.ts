// Texts of secrets: their key, their commands, what is wrong with them.
import { defineTexts } from "./define.ts";

const line = (en: string, ja: string) => ({ en: (_: object) => en, ja: (_: object) => ja });

export const secrets = defineTexts({
  "secrets.help": line("values that only dbt and notices get to see", "dbt と通知だけが使う秘密の値を管理します"),
  "secrets.help_set": line(
    "store a value; asks for it, or reads standard input",
    "値を保存します (入力を求めるか、標準入力から読みます)",
  ),
  "secrets.help_list": line(
    "names, dates, and what uses them; never a value",
    "名前、日時、使用箇所の一覧です (値は出ません)",
  ),
  "secrets.help_remove": line("remove a value for good", "値を完全に削除します"),
  "secrets.arg_name": line("name, as in { secret: name }", "名前 ({ secret: 名前 } と書くもの)"),
  "secrets.ex_set": line("asks for the value without showing it", "値を表示せずに入力する"),
  "secrets.ex_set_pipe": line("from a file or another program", "ファイルや他のプログラムから"),
  "secrets.ask": {
    en: (p: { name: string }) => `Value of ${p.name} (not shown):`,
    ja: (p) => `${p.name} の値 (表示されません):`,
  },
  "secrets.empty": {
    en: (p: { name: string }) => `no value was given for ${p.name}`,
    ja: (p) => `${p.name} の値がありません`,
  },
  "secrets.empty_hint": {
    en: (p: { name: string }) => `type it when asked, or:  slipway secret set ${p.name} < FILE`,
    ja: (p) => `入力を求められたときに入力するか、次のようにします:  slipway secret set ${p.name} < ファイル`,
  },
  "secrets.too_long": {
    en: (p: { name: string; bytes: number }) => `the value of ${p.name} is larger than ${p.bytes / 1000} kB`,
    ja: (p) => `${p.name} の値が ${p.bytes / 1000} kB を超えています`,
  },
  "secrets.bad_name": {
    en: (p: { name: string }) => `'${p.name}' cannot be the name of a secret`,
    ja: (p) => `'${p.name}' はシークレットの名前に使えません`,
  },
  "secrets.bad_name_hint": line(
    "a letter, then letters, digits, _ and -, at most 63",
    "先頭は文字、続けて文字、数字、_、- (63文字まで)",
  ),
  "secrets.short": {
    en: (p: { name: string; least: number }) =>
      `the value of ${p.name} is shorter than ${p.least} characters, so it cannot be kept out of logs`,
    ja: (p) => `${p.name} の値は ${p.least}文字より短いため、ログから取り除けません`,
  },
  "secrets.unused": {
    en: (p: { name: string }) => `nothing in slipway.yml uses ${p.name} yet: { secret: ${p.name} }`,
    ja: (p) => `slipway.yml ではまだ使われていません: { secret: ${p.name} }`,
  },
  "secrets.missing": {
    en: (p: { name: string }) => `the secret ${p.name} has not been set`,
    ja: (p) => `シークレット ${p.name} が設定されていません`,
  },
  "secrets.missing_hint": {
    en: (p: { name: string }) => `slipway secret set ${p.name}`,
    ja: (p) => `slipway secret set ${p.name}`,
  },
  "secrets.locked": {
    en: (p: { name: string; sealed: string; here: string | null }) =>
      `the secret ${p.name} does not open: it was sealed with key ${p.sealed}, ${
        p.here === null ? "and no key is here" : p.here === p.sealed ? "and was changed since" : `here is key ${p.here}`
      }`,
    ja: (p) =>
      `シークレット ${p.name} を開けません。鍵 ${p.sealed} で封印されていますが、${
        p.here === null
          ? "ここに鍵がありません"
          : p.here === p.sealed
            ? "その後に書き換えられています"
            : `ここの鍵は ${p.here} です`
      }`,
  },
  "secrets.locked_hint": {
    en: (p: { name: string }) =>
      `give this machine the key (SLIPWAY_SECRET_KEY, or its key file), or set it anew:  slipway secret set ${p.name}`,
    ja: (p) =>
      `この環境に鍵 (SLIPWAY_SECRET_KEY または鍵ファイル) を置くか、設定し直してください:  slipway secret set ${p.name}`,
  },
  "secrets.other_key": {
    en: (p: { names: string[]; sealed: string; here: string }) =>
      `other secrets (${p.names.join(", ")}) are sealed with key ${p.sealed}, and here is key ${p.here}`,
    ja: (p) =>
      `他のシークレット (${p.names.join(", ")}) は鍵 ${p.sealed} で封印されていますが、ここの鍵は ${p.here} です`,
  },
  "secrets.other_key_hint": line(
    "give this machine that key by SLIPWAY_SECRET_KEY or its key file; if it is lost, remove those secrets first",
    "その鍵を SLIPWAY_SECRET_KEY または鍵ファイルでこの環境に置いてください。失われた場合は先にそれらを削除してください",
  ),
  "secrets.not_hidden": {
    en: (p: { files: string[] }) => `secrets may still stand in ${p.files.join(", ")}: it could not be rewritten`,
    ja: (p) => `${p.files.join("、")} を書き直せなかったため、シークレットが残っている可能性があります`,
  },
  "secrets.key_unreadable": {
    en: (p: { file: string; problem: string }) => `the key file ${p.file} cannot be used: ${p.problem}`,
    ja: (p) => `鍵ファイル ${p.file} を使えません: ${p.problem}`,
  },
  "secrets.key_open": {
    en: (p: { file: string }) => `other users may read the key file ${p.file}`,
    ja: (p) => `鍵ファイル ${p.file} を他のユーザーが読める状態です`,
  },
  "secrets.key_open_hint": {
    en: (p: { file: string }) => `chmod 600 ${p.file}`,
    ja: (p) => `chmod 600 ${p.file}`,
  },
  "secrets.key_invalid": {
    en: (p: { where: string }) => `${p.where} holds no key: 32 bytes as base64 are expected`,
    ja: (p) => `${p.where} が鍵ではありません (32 バイトの base64 が必要です)`,
  },
  "secrets.key_env_hint": line(
    "export SLIPWAY_SECRET_KEY=$(openssl rand -base64 32), the same wherever this project is run",
    "export SLIPWAY_SECRET_KEY=$(openssl rand -base64 32) (このプロジェクトを動かすすべての場所で同じ値)",
  ),
  "secrets.done_set": {
    en: (p: { name: string; isNew: boolean; key: string }) =>
      `${p.name} ${p.isNew ? "is set" : "has a new value"}, sealed with key ${p.key}`,
    ja: (p) => `${p.name} を${p.isNew ? "設定" : "更新"}しました (鍵 ${p.key})`,
  },
  "secrets.key_made": {
    en: (p: { file: string }) => `Its key was made now: ${p.file}. Back it up: without it no secret opens.`,
    ja: (p) => `鍵を作成しました: ${p.file}。バックアップしてください。失うとシークレットを開けません。`,
  },
  "secrets.done_remove": {
    en: (p: { name: string }) => `${p.name} is removed`,
    ja: (p) => `${p.name} を削除しました`,
  },
  "secrets.ask_remove": {
    en: (p: { name: string; usedBy: string[] }) =>
      p.usedBy.length > 0 ? `Remove ${p.name}, which ${p.usedBy.join(", ")} uses?` : `Remove ${p.name}?`,
    ja: (p) =>
      p.usedBy.length > 0 ? `${p.usedBy.join(", ")} が使う ${p.name} を削除しますか?` : `${p.name} を削除しますか?`,
  },
  "secrets.needs_yes": {
    en: (p: { name: string; usedBy: string[] }) =>
      `${p.usedBy.join(", ")} uses ${p.name}, and there is no terminal to ask on`,
    ja: (p) => `${p.name} は ${p.usedBy.join(", ")} で使われています。確認できる端末がありません`,
  },
  "secrets.none": line(
    "No secrets. To add one: slipway secret set NAME",
    "シークレットはありません。追加: slipway secret set 名前",
  ),
  "secrets.head_name": line("NAME", "名前"),
  "secrets.head_set": line("SET", "設定日時"),
  "secrets.head_by": line("BY", "設定者"),
  "secrets.head_used": line("USED BY", "使用箇所"),
  "secrets.not_used": line("nothing", "なし"),
  "secrets.wanted": {
    en: (p: { name: string; usedBy: string[] }) => `${p.name} is not set; needed by ${p.usedBy.join(", ")}`,
    ja: (p) => `${p.name} が設定されていません (${p.usedBy.join(", ")} で必要)`,
  },
  "secrets.all_open": {
    en: (p: { names: string[] }) => `secrets: ${p.names.join(", ")}`,
    ja: (p) => `シークレット: ${p.names.join(", ")}`,
  },
  "secrets.not_opened": {
    en: (p: { name: string; key: string }) => `${p.name} does not open here: it was sealed with key ${p.key}`,
    ja: (p) => `${p.name} はここでは開けません (鍵 ${p.key} で封印)`,
  },
});
