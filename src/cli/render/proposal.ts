// What is shown before an act asks.
import type { Proposal } from "../../core/plan/proposal.ts";
import { gcBody } from "./gc.ts";
import { wrap } from "./layout.ts";
import { planBody } from "./plan.ts";
import { rollbackBody } from "./rollback.ts";
import { mark, type Style, words } from "./style.ts";
import { unlockBody } from "./upkeep.ts";

export function renderProposal(proposal: Proposal, style: Style): string[] {
  switch (proposal.kind) {
    case "plan":
      return [...planBody(proposal.view, style), ""];
    case "rollback":
      return rollbackBody(proposal.view, style);
    case "gc":
      return gcBody(proposal.view, style);
    case "unlock":
      return unlockBody(proposal.view, style);
    case "eject":
      return warning(
        style,
        words(style, "cli.ask_eject", { environment: proposal.environment, names: proposal.names }),
      );
    case "db_downgrade":
      return warning(style, words(style, "cli.ask_downgrade", { from: proposal.from, to: proposal.to }));
    case "secret_remove":
      return [];
  }
}

const warning = (style: Style, text: string): string[] => wrap(`${mark(style, "warn")} ${text}`, style.width, "  ");
