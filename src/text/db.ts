// Texts of the db room.
import { defineTexts } from "./define.ts";

export const db = defineTexts({
  "db.reason": { en: (p: { why: string }) => p.why, ja: (p) => p.why },
  "db.unreachable": {
    en: (p: { place: string }) => `Slipway's own state cannot be reached: ${p.place}`,
    ja: (p) => `Slipway の状態データベースに接続できません: ${p.place}`,
  },
  "db.unreachable_hint": {
    en: (_: object) =>
      "Nothing was lost that had been recorded. Run the command again; `slipway doctor` shows what is wrong.",
    ja: () => "記録済みの内容は失われていません。もう一度実行してください。原因は `slipway doctor` で確認できます。",
  },
  "db.refused": {
    en: (p: { place: string }) => `The server of Slipway's state refused the user or password: ${p.place}`,
    ja: (p) => `状態データベースのサーバーがユーザーまたはパスワードを拒否しました: ${p.place}`,
  },
  "db.no_database": {
    en: (p: { place: string }) => `The database of Slipway's state does not exist: ${p.place}`,
    ja: (p) => `状態データベースが存在しません: ${p.place}`,
  },
  "db.no_rights": {
    en: (p: { place: string }) => `The user has no right to do this in Slipway's state: ${p.place}`,
    ja: (p) => `状態データベースに対する権限がありません: ${p.place}`,
  },
  "db.no_rights_hint": {
    en: (_: object) => "The user needs CREATE on the database once, or ownership of the schema slipway_state.",
    ja: () => "初回はデータベースの CREATE 権限、または slipway_state スキーマの所有権が必要です。",
  },
  "db.url_hint": {
    en: (_: object) => "Check DATABASE_URL: postgres://USER:PASSWORD@HOST:PORT/DATABASE",
    ja: () => "DATABASE_URL を確認してください: postgres://USER:PASSWORD@HOST:PORT/DATABASE",
  },
  "db.bad_url": {
    en: (_: object) => "DATABASE_URL is not a PostgreSQL address",
    ja: () => "DATABASE_URL が PostgreSQL の接続先として正しくありません",
  },
  "db.disk_full": {
    en: (p: { place: string }) => `The disk is full; Slipway's state cannot be written: ${p.place}`,
    ja: (p) => `ディスクの空き容量がないため、状態を書き込めません: ${p.place}`,
  },
  "db.disk_full_hint": {
    en: (_: object) => "Free some space and run the command again. What had been recorded is still there.",
    ja: () => "空き容量を確保して、もう一度実行してください。記録済みの内容は残っています。",
  },
  "db.read_only": {
    en: (p: { place: string }) => `Slipway's state cannot be written: ${p.place}`,
    ja: (p) => `状態を書き込めません: ${p.place}`,
  },
  "db.read_only_hint": {
    en: (_: object) => "Give yourself the right to write there, or choose another folder with SLIPWAY_HOME.",
    ja: () => "書き込み権限を与えるか、SLIPWAY_HOME で別のフォルダーを指定してください。",
  },
  "db.socket_path_long": {
    en: (p: { path: string; bytesMax: number }) =>
      `The path of the runtime folder is too long for a socket (${p.bytesMax} bytes at most): ${p.path}`,
    ja: (p) => `実行用フォルダーのパスが長すぎます (ソケットの上限は ${p.bytesMax} バイト): ${p.path}`,
  },
  "db.socket_path_hint": {
    en: (_: object) => "Set XDG_RUNTIME_DIR to a shorter folder, e.g. /tmp/slipway.",
    ja: () => "XDG_RUNTIME_DIR に /tmp/slipway など短いフォルダーを指定してください。",
  },
  "db.folder_held": {
    en: (p: { home: string; pid: number }) =>
      p.pid > 0
        ? `The state in ${p.home} is held by process ${p.pid}, which does not answer`
        : `The state in ${p.home} is held by another process, which does not answer`,
    ja: (p) =>
      p.pid > 0
        ? `${p.home} の状態はプロセス ${p.pid} が使用中で、応答がありません`
        : `${p.home} の状態は別のプロセスが使用中で、応答がありません`,
  },
  "db.folder_held_hint": {
    en: (_: object) => "It may belong to another user or container. Wait for it, or stop it there.",
    ja: () => "別のユーザーやコンテナーの可能性があります。終了を待つか、そちらで停止してください。",
  },
  "db.start_failed": {
    en: (p: { home: string }) => `Slipway's embedded state did not start in ${p.home}`,
    ja: (p) => `組み込みの状態データベースを ${p.home} で起動できませんでした`,
  },
  "db.see_log": {
    en: (p: { log: string }) => `Details are in ${p.log}.`,
    ja: (p) => `詳細は ${p.log} にあります。`,
  },
  "db.fsync_off": {
    en: (_: object) => "The embedded state would not survive a power failure (fsync is off), so it does not start",
    ja: () => "電源断に耐えられない設定 (fsync off) のため、組み込みの状態データベースを起動しません",
  },
  "db.other_pglite": {
    en: (p: { home: string; found: string; known: string }) =>
      `The state in ${p.home} was made by PostgreSQL ${p.found}; this Slipway carries PostgreSQL ${p.known}`,
    ja: (p) =>
      `${p.home} の状態は PostgreSQL ${p.found} で作成されています。この Slipway は PostgreSQL ${p.known} です`,
  },
  "db.other_pglite_hint": {
    en: (_: object) => "Use the Slipway that made it to move the state, or set the folder aside. Nothing was changed.",
    ja: () => "作成時の Slipway で移行するか、フォルダーを退避してください。何も変更していません。",
  },
  "db.newer_state": {
    en: (p: { found: string; known: string }) =>
      `The state has revision ${p.found}; this Slipway knows revisions up to ${p.known}`,
    ja: (p) => `状態のリビジョンは ${p.found} ですが、この Slipway が扱えるのは ${p.known} までです`,
  },
  "db.newer_state_hint": {
    en: (_: object) => "Use a newer Slipway, or let that one run `slipway db downgrade` first. Nothing was changed.",
    ja: () => "新しい Slipway を使うか、そちらで `slipway db downgrade` を先に実行してください。何も変更していません。",
  },
  "db.unknown_revision": {
    en: (p: { wanted: string; known: string[] }) => `There is no revision ${p.wanted}; known: ${p.known.join(", ")}`,
    ja: (p) => `リビジョン ${p.wanted} はありません。使えるもの: ${p.known.join(", ")}`,
  },
  "db.ambiguous_revision": {
    en: (p: { wanted: string; known: string[] }) => `Revision ${p.wanted} could be ${p.known.join(" or ")}`,
    ja: (p) => `リビジョン ${p.wanted} は複数あります: ${p.known.join(", ")}`,
  },
  "db.wrong_direction": {
    en: (p: { wanted: string; current: string }) => `Revision ${p.wanted} is not on that side of ${p.current}`,
    ja: (p) => `リビジョン ${p.wanted} は ${p.current} から見て逆方向です`,
  },
  "db.migration_failed": {
    en: (p: { revision: string }) => `Revision ${p.revision} could not be applied; the state is as it was before`,
    ja: (p) => `リビジョン ${p.revision} を適用できませんでした。状態は適用前のままです`,
  },
  "db.not_found": {
    en: (p: { what: string; id: string }) => `Slipway's state has no ${p.what} ${p.id}`,
    ja: (p) => `状態に ${p.what} ${p.id} がありません`,
  },
  "db.revision_conflict": {
    en: (p: { environment: string; expected: number; found: number }) =>
      `Environment ${p.environment} stands at revision ${p.found}, not at ${p.expected}`,
    ja: (p) => `環境 ${p.environment} のリビジョンは ${p.expected} ではなく ${p.found} です`,
  },
});
