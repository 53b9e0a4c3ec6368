// Limits of slipway.yml.

/** A hand-written file; a larger one is a mistake or an attack. */
export const CONFIG_BYTES_MAX = 1_000_000;
/** YAML aliases resolved in all: a bomb of nested aliases passes a million at nine levels, honest files use a handful. */
export const ALIASES_MAX = 100;
/** Problems reported of one file; the rest would not be read. */
export const PROBLEMS_MAX = 50;
