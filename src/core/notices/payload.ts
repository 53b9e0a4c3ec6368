// A notice as JSON for programs: what webhooks get and log files hold. snake_case; fields are added, never changed. Pure.
import { ALERT_TITLES, alertName, type NoticeBody } from "./alert.ts";
import type { Message } from "./message.ts";
import { plainLines } from "./plain.ts";

/** `id`: the same in every attempt to deliver this notice. */
export function payloadOf(id: string, notice: NoticeBody, message: Message): Record<string, unknown> {
  const { alert, body, told, calls, resolved } = notice;
  return {
    schema: "notice/1",
    id,
    kind: notice.kind,
    project: notice.project,
    alert: alertName(alert.id),
    title: ALERT_TITLES[alert.kind],
    cause: alert.kind,
    severity: alert.severity,
    environment: alert.environment,
    job: alert.job,
    opened_at: alert.openedAt,
    seen: alert.seen,
    first_run: alert.firstRunId,
    run: body.run && { id: body.run.id, kind: body.run.kind, at: body.run.at, step: body.run.step },
    findings: body.findings,
    findings_total: body.findingsTotal,
    skipped: body.skipped,
    tests_total: body.testsTotal,
    effect: body.effect,
    held_datasets: body.heldDatasets,
    serves: body.serves && { release: body.serves.release, data_as_of: body.serves.dataAsOf },
    last_good: body.lastGood,
    commands: [...body.commands, `slipway ack ${alertName(alert.id)}`],
    told: told.names,
    next: told.next,
    calls,
    resolved: resolved && { run: resolved.run, how: resolved.how, actor: resolved.actor, open_ms: resolved.openMs },
    subject: message.subject,
    text: plainLines(message).join("\n"),
  };
}

/** What `notify test` sends to programs. */
export const testPayload = (id: string, project: string, message: Message): Record<string, unknown> => ({
  schema: "notice/1",
  id,
  kind: "test",
  project,
  subject: message.subject,
  text: plainLines(message).join("\n"),
});
