// What a person is shown and asked before an act.
import type { PlanView } from "../views/plan.ts";
import type { RollbackProposal } from "../views/rollback.ts";
import type { GcView, UnlockProposal } from "../views/upkeep.ts";

/** `ask`: the environment's `confirm`. `irreversible`: besides, `--allow-irreversible` is needed. */
export type Proposal = { ask: boolean; irreversible: boolean; environment: string } & (
  | { kind: "plan"; view: PlanView }
  | { kind: "rollback"; view: RollbackProposal }
  | { kind: "gc"; view: GcView }
  | { kind: "unlock"; view: UnlockProposal }
  /** Always needs the environment's name typed or `--confirm ENV`. */
  | { kind: "eject"; names: number }
  | { kind: "db_downgrade"; from: string; to: string }
  | { kind: "secret_remove"; name: string; usedBy: string[] }
);
