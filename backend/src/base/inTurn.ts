/**
 * Works through a list, some at a time, and gives the results in its order. After a failure nothing more
 * is begun.
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
  let failed = false;
  const worker = async (): Promise<void> => {
    for (const [index, item] of rest) {
      if (failed) {
        return;
      }
      results.set(index, await work(item));
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  } catch (error) {
    failed = true;
    throw error;
  }
  return items.map((_, index) => results.get(index) as R);
}
