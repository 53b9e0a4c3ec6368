// Texts of the command line: its frame here, its help and its screens in the pages beside.
import { cliActs } from "./cli-acts.ts";
import { cliHelp } from "./cli-help.ts";
import { cliPlan } from "./cli-plan.ts";
import { cliStatus } from "./cli-status.ts";
import { defineTexts } from "./define.ts";

const frame = defineTexts({
  "cli.unknown_command": {
    en: (p: { name: string }) => `there is no command '${p.name}'`,
    ja: (p) => `コマンド '${p.name}' はありません`,
  },
  "cli.unknown_option": {
    en: (p: { name: string; command: string }) => `${p.command} has no option '${p.name}'`,
    ja: (p) => `${p.command} にオプション '${p.name}' はありません`,
  },
  "cli.missing_argument": {
    en: (p: { name: string; command: string }) => `${p.command} needs ${p.name.toUpperCase()}`,
    ja: (p) => `${p.command} には ${p.name.toUpperCase()} が必要です`,
  },
  "cli.option_needs_value": {
    en: (p: { flags: string }) => `a value is missing: ${p.flags}`,
    ja: (p) => `値がありません: ${p.flags}`,
  },
  "cli.too_many_arguments": {
    en: (p: { command: string; name: string }) => `${p.command} does not know what to do with '${p.name}'`,
    ja: (p) => `${p.command} に余分な引数 '${p.name}' があります`,
  },
  "cli.not_a_choice": {
    en: (p: { option: string; value: string; choices: string[] }) =>
      `${p.option} takes ${p.choices.join(" or ")}, not '${p.value}'`,
    ja: (p) => `${p.option} に指定できるのは ${p.choices.join(" / ")} です ('${p.value}' は使えません)`,
  },
  "cli.not_a_number": {
    en: (p: { option: string; value: string }) => `${p.option} takes a whole number of at least 1, not '${p.value}'`,
    ja: (p) => `${p.option} には 1 以上の整数を指定してください ('${p.value}' は使えません)`,
  },
  "cli.not_together": {
    en: (p: { options: string[] }) => `${p.options.join(" and ")} cannot be used together`,
    ja: (p) => `${p.options.join(" と ")} は同時に使えません`,
  },
  "cli.did_you_mean": {
    en: (p: { name: string }) => `did you mean '${p.name}'?`,
    ja: (p) => `'${p.name}' のことですか?`,
  },
  "cli.see_help": {
    en: (p: { command: string }) => `see ${p.command} --help`,
    ja: (p) => `${p.command} --help を見てください`,
  },
  "cli.internal": {
    en: (_: object) => "a fault of Slipway itself, not of your project",
    ja: () => "Slipway 自身の不具合です。プロジェクトの問題ではありません",
  },
  "cli.internal_hint": {
    en: (_: object) => "run it again with SLIPWAY_DEBUG=1 for the details and report them",
    ja: () => "SLIPWAY_DEBUG=1 を付けて再実行し、表示された詳細を報告してください",
  },
  "cli.disk_full": {
    en: (p: { path: string | null }) => `the disk is full${p.path ? `: ${p.path}` : ""}`,
    ja: (p) => `ディスクがいっぱいです${p.path ? `: ${p.path}` : ""}`,
  },
  "cli.no_right": {
    en: (p: { path: string | null; code: string }) => `no right to use ${p.path ?? "a file"} (${p.code})`,
    ja: (p) => `${p.path ?? "ファイル"} を使う権限がありません (${p.code})`,
  },
  "cli.cancelled": { en: (_: object) => "Cancelled.", ja: () => "キャンセルしました。" },
  "cli.stopping": {
    en: (p: { environment: string | null; release: number | null }) =>
      `Stopping; ${!p.environment ? "consumers see no change" : p.release === null ? `${p.environment} is not changed` : `${p.environment} stays on r${p.release}`}. Again to stop at once.`,
    ja: (p) =>
      `停止しています。${!p.environment ? "公開内容は変わりません" : p.release === null ? `${p.environment} は変わりません` : `${p.environment} は r${p.release} のままです`}。もう一度押すとすぐに停止します。`,
  },
  "cli.stopping_switch": {
    en: (p: { environment: string }) =>
      `Stopping after the switch of ${p.environment} that is under way. Again to stop at once.`,
    ja: (p) => `進行中の ${p.environment} の切り替えが終わりしだい停止します。もう一度押すとすぐに停止します。`,
  },
  "cli.killed": {
    en: (_: object) => "Stopped at once; the next command tidies up.",
    ja: () => "すぐに停止しました。後始末は次のコマンドが行います。",
  },
});

export const cli = { ...frame, ...cliHelp, ...cliPlan, ...cliStatus, ...cliActs };
