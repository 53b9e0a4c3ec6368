// Limits of conversations with mail servers and web servers, each with its reason.

/** Greeting, commands and HTTP answers: slow servers take seconds, a dead one must not hold the others up. */
export const ANSWER_TIMEOUT_MS = 20_000;
export const CONNECT_TIMEOUT_MS = 10_000;
/** Of an answer only its beginning is read: it is told to people in one line. */
export const ANSWER_CHARACTERS_MAX = 200;
/** A block of Slack holds 3,000 characters. */
export const SLACK_TEXT_MAX = 2_900;
