// Remembers the values used last, up to a weight in all.

export interface Recent<T> {
  /** The value under a key, made when it is not there; several who ask at once get the same one. A failure is not remembered. */
  get(key: string, make: () => Promise<T>): Promise<T>;
  clear(): void;
}

/** `weigh` and `max` in one unit [each counts 1]. The newest value stays, whatever it weighs. */
export function recent<T>(max: number, weigh: (value: T) => number = () => 1): Recent<T> {
  const kept = new Map<string, { value: Promise<T>; weight: number }>();
  const trim = () => {
    let total = [...kept.values()].reduce((sum, one) => sum + one.weight, 0);
    for (const [key, { weight }] of kept) {
      if (total <= max || kept.size === 1) return;
      kept.delete(key);
      total -= weight;
    }
  };
  const add = (key: string, making: Promise<T>): Promise<T> => {
    const entry = { value: making, weight: 0 };
    kept.set(key, entry);
    const drop = () => {
      if (kept.get(key) === entry) kept.delete(key);
    };
    const weighed = (value: T) => {
      entry.weight = weigh(value);
      trim();
    };
    making.then(weighed, drop);
    return making;
  };
  return {
    get: (key, make) => {
      const known = kept.get(key);
      if (!known) return add(key, make());
      kept.delete(key);
      kept.set(key, known);
      return known.value;
    },
    clear: () => kept.clear(),
  };
}
