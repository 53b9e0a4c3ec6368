// Numbers with their nouns, for the pages of the catalogue.

/** `1,234`: thousands separated, in both languages. */
export const digits = (count: number): string => count.toLocaleString("en-US");

/** `1 test`, `1,234 tests`. */
export const count = (n: number, one: string, many = `${one}s`): string => `${digits(n)} ${n === 1 ? one : many}`;
