// Commands about alerts: what is wrong, who is on it, what shall be quiet, and whether a channel works.
import type { ActRequest } from "../flow.ts";
import type { Severity } from "../notices/alert.ts";
import type {
  AckView,
  AlertsView,
  AlertView,
  NotifyTestView,
  SilenceDoneView,
  SilencesView,
} from "../views/notices.ts";

export interface NoticeOps {
  /** `all`: resolved ones too. */
  alerts(request: { all: boolean; limit: number }): Promise<AlertsView>;
  /** `A-27` or `27`. AppErrors `invalid`, `not_found`. */
  alertShow(request: { alert: string }): Promise<AlertView>;
  /** Nobody else is called; messages stop until something new is wrong, or it is over. */
  ack(request: { alert: string } & ActRequest): Promise<AckView>;
  silenceAdd(request: SilenceRequest & ActRequest): Promise<SilenceDoneView>;
  silenceList(): Promise<SilencesView>;
  silenceRemove(request: { id: number } & ActRequest): Promise<SilenceDoneView>;
  /** A message to every recipient of a channel, now. AppError `not_found` with the nearest name. */
  notifyTest(request: { channel: string }): Promise<NotifyTestView>;
}

/** At least one condition; exactly one end: `for` from now, or `until`. */
export interface SilenceRequest {
  alert: string | null;
  severity: Severity | null;
  environment: string | null;
  job: string | null;
  owner: string | null;
  tag: string | null;
  /** `2h`. */
  for: string | null;
  /** `2026-11-20 09:00` in the project's time zone, or an ISO time with its zone. */
  until: string | null;
}
