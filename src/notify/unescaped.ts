// Parts of an address as people mean them.

/** Percent-encoding undone; as typed where it is none: passwords hold a bare `%`. */
export function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
