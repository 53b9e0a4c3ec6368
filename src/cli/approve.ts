// Shows what is about to happen and asks. Without a terminal and without `--yes` it says which command to type.
import type { Proposal } from "../core/plan/proposal.ts";
import { AppError } from "../lib/error.ts";
import type { Language, Text } from "../lib/text.ts";
import { render, say } from "../text/catalogue.ts";
import { saysYes } from "./ask.ts";
import type { Style } from "./render/style.ts";
import type { Shell } from "./runner.ts";
import { type GlobalOptions, styleOf } from "./screen.ts";

interface Approval {
  shell: Shell;
  lang: Language;
  options: GlobalOptions;
  /** Writes to stderr without tearing the progress line. */
  print(text: string): void;
}

/** `Ctx.approve` for a terminal. */
export function approver(approval: Approval) {
  return async (proposal: Proposal): Promise<{ reason: string | null }> => {
    await show(approval, proposal);
    const { options } = approval;
    if (proposal.irreversible && !options.allowIrreversible)
      throw refused(approval, proposal, say("cli.needs_irreversible", { environment: proposal.environment }), [
        "--allow-irreversible",
      ]);
    const name = nameToType(proposal);
    if (name !== null) await typedName(approval, proposal, name);
    const reason = options.reason ?? (await askReason(approval, proposal));
    if (name === null && proposal.ask && !options.yes) await yesOrNo(approval, proposal);
    return { reason };
  };
}

async function show(approval: Approval, proposal: Proposal): Promise<void> {
  const { shell, lang, options } = approval;
  const quiet = options.json || options.events;
  if (quiet && !shell.asker) return;
  const sink = quiet ? shell.stderr : shell.stdout;
  const [{ renderProposal }, { cleaned }] = await Promise.all([
    import("./render/proposal.ts"),
    import("./render/clean.ts"),
  ]);
  const style: Style = styleOf({ env: shell.env, lang, options }, sink);
  const lines = renderProposal(cleaned(proposal), style);
  if (lines.length === 0) return;
  approval.print("");
  sink.write(`${lines.join("\n")}\n`);
}

const nameToType = (proposal: Proposal): string | null =>
  proposal.kind === "eject" ? proposal.environment : proposal.kind === "db_downgrade" ? proposal.to : null;

async function typedName(approval: Approval, proposal: Proposal, name: string): Promise<void> {
  const { shell, lang, options } = approval;
  if (options.confirm === name) return;
  const needed = refused(approval, proposal, say("cli.needs_confirm", { name }), ["--confirm", name]);
  if (options.confirm !== undefined || !shell.asker) throw needed;
  const answer = await shell.asker.ask(`${render(say("cli.ask_name", { name }), lang)} `);
  if ((answer ?? "").trim() !== name) throw new AppError("cancelled", say("cli.answer_no"));
}

async function askReason({ shell, lang, options }: Approval, proposal: Proposal): Promise<string | null> {
  if (proposal.kind !== "rollback" || options.yes || !proposal.ask || !shell.asker) return null;
  const answer = await shell.asker.ask(`${render(say("cli.ask_reason"), lang)} `);
  if (answer === null) throw new AppError("cancelled", say("cli.answer_no"));
  return answer.trim() || null;
}

async function yesOrNo(approval: Approval, proposal: Proposal): Promise<void> {
  const { shell, lang } = approval;
  if (!shell.asker) {
    const text =
      proposal.kind === "secret_remove"
        ? say("secrets.needs_yes", { name: proposal.name, usedBy: proposal.usedBy })
        : say("cli.needs_yes", { environment: proposal.environment });
    throw refused(approval, proposal, text, ["--yes"]);
  }
  const words = [question(proposal), say("cli.yes_or_no")].map((text) => render(text, lang));
  const answer = await shell.asker.ask(`${words.join(" ")} `);
  if (!saysYes(answer)) throw new AppError("cancelled", say("cli.answer_no"));
}

function question(proposal: Proposal): Text {
  const { environment } = proposal;
  switch (proposal.kind) {
    case "plan":
      if (proposal.view.kind === "refresh") return say("cli.ask_refresh", { environment });
      if (proposal.view.kind === "promote")
        return say("cli.ask_promote", { environment, release: proposal.view.release });
      return say("cli.ask_deploy", { environment });
    case "rollback":
      return say("cli.ask_rollback", { environment, release: proposal.view.to.number });
    case "gc":
      return say("cli.ask_gc", { count: proposal.view.remove.length });
    case "unlock":
      return say("cli.ask_unlock", { count: proposal.view.leases.length });
    case "eject":
      return say("cli.ask_eject", { environment, names: proposal.names });
    case "db_downgrade":
      return say("cli.ask_downgrade", { from: proposal.from, to: proposal.to });
    case "secret_remove":
      return say("secrets.ask_remove", { name: proposal.name, usedBy: proposal.usedBy });
  }
}

/** `confirmation_required` with the same command line, completed. A stored plan is named: what runs is what was shown. */
function refused({ shell }: Approval, proposal: Proposal, text: Text, add: string[]): AppError {
  const stored = proposal.kind === "plan" || proposal.kind === "rollback" ? ["--plan", proposal.view.planId] : [];
  const plan = shell.argv.some((word) => word === "--plan" || word.startsWith("--plan=")) ? [] : stored;
  const kept = shell.argv.filter((word, index, all) => word !== "--confirm" && all[index - 1] !== "--confirm");
  const words = add[0] === "--confirm" ? kept.filter((word) => !word.startsWith("--confirm=")) : shell.argv;
  const command = ["slipway", ...words, ...plan, ...add].map(quoted).join(" ");
  return new AppError("confirmation_required", text, { hint: say("cli.type_this", { command }) });
}

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
