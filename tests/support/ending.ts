/** What mocha loads before the specs: a run that has told its results ends. */

/** Milliseconds that whatever a run has started may take to end after its last hook. */
const GRACE = Number(process.env["TEST_ENDING_GRACE"] ?? 60_000);

/**
 * Ends a run that something keeps alive after its last hook, such as a server whose spec failed before it could
 * stop it: a pipeline would wait for that until its own time is up. It counts as a failure, and says what it was.
 *
 * https://mochajs.org/#global-teardown-fixtures
 */
export function mochaGlobalTeardown(): void {
  const end = () => {
    const alive = [...new Set(process.getActiveResourcesInfo())].join(", ");
    console.error(`The run does not end, since something that it started is still there: ${alive}`);
    // After mocha's own listener, which sets the number of failed tests.
    process.on("exit", () => (process.exitCode ||= 1));
    process.exit();
  };
  // By itself it keeps nothing alive.
  setTimeout(end, GRACE).unref();
}
