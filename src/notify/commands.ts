// Commands inside a line of a message, so that channels can show each as something to copy.

/** `slipway run retry 405`: up to a comma of either language, which no command of a message holds. */
export const COMMANDS = /(?<=^|, then {2}|、次に )slipway [^,、]+/g;
