/**
 * Waits until something holds.
 *
 * @param what what is waited for, for the error
 * @param seconds how long at most
 * @param look returns a value once it holds, undefined (or throws) while it does not
 * @param pause milliseconds between two looks
 * @throws Error that names `what` and the last thing that `look` threw
 */
export async function until<T>(
  what: string,
  seconds: number,
  look: () => Promise<T | undefined>,
  pause = 500,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    let problem = "";
    try {
      const value = await look();
      if (value !== undefined) {
        return value;
      }
    } catch (error) {
      problem = `: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (Date.now() > deadline) {
      throw new Error(`${what}: not within ${seconds} s${problem}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
