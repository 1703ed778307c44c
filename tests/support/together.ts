/** Work that goes on at the same time. */

/**
 * Waits until all of it has ended, also where some has failed: nothing of it goes on behind the back of who
 * cleans up.
 *
 * @throws the first failure in the list
 */
export async function allDone(work: readonly Promise<unknown>[]): Promise<void> {
  const ends = await Promise.allSettled(work);
  const failure = ends.find((end) => end.status === "rejected");
  if (failure) {
    throw failure.reason;
  }
}
