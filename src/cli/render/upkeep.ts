// Short screens of acts beside a release: eject, cancel, unlock, resume.
import type {
  CancelView,
  EjectView,
  LeaseView,
  ResumeView,
  UnlockProposal,
  UnlockView,
} from "../../core/views/upkeep.ts";
import { clockZone, duration, short, type Zone } from "./format.ts";
import { wrap } from "./layout.ts";
import { problemLines } from "./parts.ts";
import { type Mark, mark, paint, type Style, words } from "./style.ts";

const line = (style: Style, sign: Mark, text: string): string[] =>
  wrap(text, style.width - 2).map((part, index) => `${index === 0 ? mark(style, sign) : " "} ${part}`);

export function renderEject(view: EjectView, style: Style): string[] {
  const tables = view.names.filter((name) => name.materialized === "table").length;
  const text = words(style, "cli.ejected", {
    environment: view.environment,
    names: view.names.length,
    tables,
    views: view.names.length - tables,
    took: duration(view.totalMs, style.lang),
  });
  const removed = words(style, "cli.eject_removed", {
    versions: view.removedVersions,
    schemas: view.removedSchemas,
  });
  return [
    ...line(style, "ok", text),
    ...wrap(`  ${removed}`, style.width, "    "),
    ...problemLines(style, view.problems),
  ];
}

export function renderCancel(view: CancelView, style: Style): string[] {
  if (view.stopped.length === 0)
    return [words(style, "cli.cancel_none", { environment: view.environment }), ...problemLines(style, view.problems)];
  const serves = view.serves ? { release: view.serves.number, commit: short(view.serves.commit) } : null;
  return [
    ...view.stopped.flatMap((run) =>
      line(
        style,
        "ok",
        words(style, "cli.cancel_done", { run: run.runId, kind: run.kind, phase: run.phase, actor: run.actor }),
      ),
    ),
    ...(view.statementsEnded
      ? line(style, "ok", words(style, "cli.statements_ended", { count: view.statementsEnded }))
      : []),
    ...problemLines(style, view.problems),
    ...wrap(words(style, "cli.not_changed", { environment: view.environment, serves }), style.width, "  "),
  ];
}

export function renderUnlock(view: UnlockView, style: Style): string[] {
  const text = words(style, "cli.unlocked", { environment: view.environment, count: view.released.length });
  return [
    ...line(style, view.released.length ? "ok" : "none", paint(style, "bold", text)),
    ...view.released.flatMap((lease) => line(style, "none", leaseText(lease, view, style))),
    ...problemLines(style, view.problems),
  ];
}

/** Who holds what; shown before it asks. */
export const unlockBody = (view: UnlockProposal, style: Style): string[] =>
  view.leases.flatMap((lease) => line(style, lease.alive ? "warn" : "remove", leaseText(lease, view, style)));

function leaseText(lease: LeaseView, zone: Zone, style: Style): string {
  const { what, holder, host, pid, alive } = lease;
  return words(style, "cli.lease", { what, holder, host, pid, alive, time: clockZone(lease.acquiredAt, zone) });
}

export function renderResume(view: ResumeView, style: Style): string[] {
  const text = words(style, "cli.resume_done", { environment: view.environment, wasPaused: view.wasPaused });
  return [...line(style, view.wasPaused ? "ok" : "none", text), ...problemLines(style, view.problems)];
}
