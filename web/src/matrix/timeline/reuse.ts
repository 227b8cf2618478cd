/** Whether two immutable values say the same. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keysOfA = Object.keys(a);
  if (keysOfA.length !== Object.keys(b).length) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return keysOfA.every((key) => key in right && sameValue(left[key], right[key]));
}

/** `next`, with every element that says the same as before replaced by the very object of before; `before` itself if all are. */
export function reuseItems<T extends { readonly key: string }>(
  before: readonly T[],
  next: readonly T[],
): readonly T[] {
  const known = new Map(before.map((item) => [item.key, item]));
  let same = before.length === next.length;
  const result = next.map((item, at) => {
    const old = known.get(item.key);
    const kept = old !== undefined && sameValue(old, item) ? old : item;
    if (kept !== before[at]) same = false;
    return kept;
  });
  return same ? before : result;
}
