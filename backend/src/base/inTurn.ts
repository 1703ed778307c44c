/**
 * Works through a list, some at a time, and gives the results in its order. After a failure nothing more
 * is begun; it rejects when what was begun has ended.
 *
 * @param atOnce how many are worked on at the same time
 */
export async function inTurn<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results = new Map<number, R>();
  const rest = items.entries();
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (const [index, item] of rest) {
      if (failures.length > 0) {
        return;
      }
      try {
        results.set(index, await work(item));
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  if (failures.length > 0) {
    throw failures[0];
  }
  return items.map((_, index) => results.get(index) as R);
}
