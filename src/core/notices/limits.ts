// Limits of alerts and messages, each with its reason.

/** Findings that a message names; the rest are counted. A message is read on a telephone. */
export const FINDINGS_MAX = 5;
/** Names kept to tell news from the same again; beyond it only the number is compared. */
export const NAMES_MAX = 1_000;
/** Of an error message: what names the column, not the statement around it. */
export const MESSAGE_LENGTH_MAX = 200;
/** First wait after a failed attempt; it doubles. Greylisting wants a minute or more, a restarting server less. */
export const RETRY_FIRST_MS = 30_000;
/** Shortest wait, whoever asks for less. */
export const RETRY_LEAST_MS = 1_000;
/** Attempts after which a server that asks for a shorter wait than ours is not believed any more. */
export const PROMPT_ATTEMPTS_MAX = 3;
/** Longest wait between attempts. */
export const RETRY_LONGEST_MS = 3_600_000;
/** An attempt later than this tells nobody anything that is still of use; mail servers give up after days, people after a night. */
export const RETRY_FOR_MS = 24 * 3_600_000;
/** Refused log-ins are tried again this rarely: many accounts are locked after a few. */
export const LOGIN_RETRY_MS = 900_000;
