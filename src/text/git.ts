// Texts of the git room: repositories, commits, checkouts.
import { defineTexts } from "./define.ts";

export const git = defineTexts({
  "git.not_found": {
    en: (p: { folder: string }) => `no Git repository contains ${p.folder}`,
    ja: (p) => `${p.folder} を含む Git リポジトリがありません`,
  },
  "git.not_found_hint": {
    en: (_: object) =>
      "Slipway deploys commits. Make the first one:  git init && git add . && git commit -m 'First commit'",
    ja: () =>
      "Slipway はコミットをデプロイします。まず作成してください:  git init && git add . && git commit -m 'First commit'",
  },
  "git.missing": {
    en: (_: object) => "the program git was not found",
    ja: () => "git コマンドが見つかりません",
  },
  "git.missing_hint": {
    en: (_: object) => "install Git and run this again (Debian: apt-get install git)",
    ja: () => "Git をインストールしてから、もう一度実行してください (Debian: apt-get install git)",
  },
  "git.no_commits": {
    en: (p: { folder: string }) => `the Git repository of ${p.folder} has no commit yet`,
    ja: (p) => `${p.folder} の Git リポジトリにはまだコミットがありません`,
  },
  "git.no_commits_hint": {
    en: (_: object) => "commit the project:  git add . && git commit -m 'First commit'",
    ja: () => "プロジェクトをコミットしてください:  git add . && git commit -m 'First commit'",
  },
  "git.unknown_commit": {
    en: (p: { ref: string }) => `no commit, branch or tag is called '${p.ref}' in this repository`,
    ja: (p) => `このリポジトリに '${p.ref}' というコミット、ブランチ、タグはありません`,
  },
  "git.unknown_commit_hint": {
    en: (p: { near?: string }) =>
      p.near
        ? `did you mean '${p.near}'? List them:  git branch --all && git tag`
        : "list them:  git log --oneline --all",
    ja: (p) =>
      p.near ? `'${p.near}' のことですか? 一覧:  git branch --all && git tag` : "一覧:  git log --oneline --all",
  },
  "git.failed": {
    en: (p: { command: string; message: string }) => `git ${p.command} failed: ${p.message}`,
    ja: (p) => `git ${p.command} が失敗しました: ${p.message}`,
  },
  "git.failed_hint": {
    en: (_: object) => "check the repository with  git fsck  and  git status",
    ja: () => "git fsck と git status でリポジトリを確認してください",
  },
  "git.timed_out": {
    en: (p: { command: string; seconds: number }) => `git ${p.command} got no answer within ${p.seconds} s`,
    ja: (p) => `git ${p.command} に ${p.seconds} 秒以内の応答がありませんでした`,
  },
  "git.no_such_branch": {
    en: (p: { branch: string; remote: string | null }) =>
      p.remote === null ? `there is no branch '${p.branch}'` : `${p.remote} has no branch '${p.branch}'`,
    ja: (p) =>
      p.remote === null ? `ブランチ '${p.branch}' がありません` : `${p.remote} にブランチ '${p.branch}' がありません`,
  },
  "git.unsafe_owner": {
    en: (p: { folder: string }) => `Git refuses ${p.folder}: the folder belongs to another user`,
    ja: (p) => `${p.folder} は別のユーザーのフォルダーのため、Git が拒否しました`,
  },
  "git.unsafe_owner_hint": {
    en: (p: { folder: string }) => `if you trust it:  git config --global --add safe.directory '${p.folder}'`,
    ja: (p) => `信頼できる場合:  git config --global --add safe.directory '${p.folder}'`,
  },
});
