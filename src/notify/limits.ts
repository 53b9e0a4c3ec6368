// Limits of conversations with mail servers and web servers, each with its reason.

/** HTTP answers: slow servers take seconds, a dead one must not hold the others up. */
export const ANSWER_TIMEOUT_MS = 20_000;
export const CONNECT_TIMEOUT_MS = 10_000;
/** One answer of a mail server: it lets strangers wait for its greeting, and looks through a message before it takes it. */
export const MAIL_ANSWER_TIMEOUT_MS = 60_000;
/** A whole mail: less than a message is reserved for its sender (CLAIM_HOLD_MS), or two would send it. */
export const MAIL_TIMEOUT_MS = 100_000;
/** Of an answer only its beginning is read: it is told to people in one line. */
export const ANSWER_CHARACTERS_MAX = 200;
/** Parts of an address from this length on may be what only its owner knows; shorter ones are words like `hooks`. */
export const TOLD_PART_LENGTH_MIN = 8;
/** A block of Slack holds 3,000 characters. */
export const SLACK_TEXT_MAX = 2_900;
