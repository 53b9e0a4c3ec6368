// Limits of judging runs and sending messages, each with its reason.

/** Ended runs read at once. */
export const JUDGED_MAX = 50;
/** A server that finds an interrupted run repeats it within this time; only what nobody repeats is an alert. */
export const INTERRUPTED_GRACE_MS = 30_000;
/** Messages on their way to one place at once: enough for a bad morning, few enough for a small mail server. */
export const SENT_AT_ONCE_MAX = 8;
/** A message taken and not settled for this long was taken by a process that died: longer than any conversation with a server. */
export const CLAIM_HOLD_MS = 120_000;
/** For so long a round of sending takes up further messages; what is left comes with the next, seconds later. */
export const SEND_ROUND_MS = 15_000;
/** Manifests whose owners, tags and freshness rules are remembered: a few environments times a few commits. */
export const MANIFESTS_KEPT = 8;
