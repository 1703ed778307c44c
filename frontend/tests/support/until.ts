/**
 * Waits for a condition, asking every few milliseconds.
 *
 * @throws Error with the condition's source when it does not come true in time.
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) {
      throw new Error(`not true after ${timeoutMs} ms: ${String(condition)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
