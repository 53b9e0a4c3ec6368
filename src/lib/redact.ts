// Takes secrets out of plain data by their paths, before it is hashed, stored or shown.

/** A copy of `value` in which every path of `secretPaths` (`password`, `secrets.0.secret`) reads `***`. */
export function redact(value: unknown, secretPaths: readonly string[], path = ""): unknown {
  if (path !== "" && secretPaths.includes(path)) return "***";
  const inner = (key: string | number) => (path === "" ? String(key) : `${path}.${key}`);
  if (Array.isArray(value)) return value.map((item, index) => redact(item, secretPaths, inner(index)));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redact(item, secretPaths, inner(key))]));
}
