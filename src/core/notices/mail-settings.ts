// Environment values that the mail channel reads.

/** `smtps://user:password@host:465` or `smtp://host:587`. */
export const MAIL_SERVER = "SLIPWAY_SMTP_URL";
/** A file with certificates of the mail server's authority, where the system does not know it. */
export const MAIL_AUTHORITY = "SLIPWAY_SMTP_CA";
