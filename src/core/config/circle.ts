// The first circle of names that point at each other: of `requires`, of `after`.

/** Starts and ends with the same name. */
export type Circle = [string, string, ...string[]];

/** Null when there is none. Names that are not declared lead nowhere. */
export function firstCircle(names: readonly string[], pointsAt: (name: string) => readonly string[]): Circle | null {
  const declared = new Set(names);
  const done = new Set<string>();
  const walk = (name: string, way: string[]): string[] | null => {
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name];
    if (done.has(name) || !declared.has(name)) return null;
    for (const next of pointsAt(name)) {
      const found = walk(next, [...way, name]);
      if (found) return found;
    }
    done.add(name);
    return null;
  };
  for (const name of names) {
    const found = walk(name, []);
    if (found) return found as Circle;
  }
  return null;
}
