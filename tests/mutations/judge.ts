/** What came of a spec's tests. */
export interface Tested {
  readonly passed: number;
  /** Full titles of those that failed. */
  readonly failed: readonly string[];
}

/**
 * Holds a spec's result against what should have come of it.
 *
 * @param expected full titles of the tests that should fail; all others should pass
 * @returns what is wrong; nothing if it is as expected
 */
export function judge(expected: readonly string[], { passed, failed }: Tested): string | undefined {
  if (passed + failed.length === 0) {
    return "no test was run";
  }
  if (failed.length === 0 && expected.length > 0) {
    return "it survives: all tests pass";
  }
  const quoted = (titles: readonly string[]) => titles.map((title) => `"${title}"`).join(", ");
  const missing = expected.filter((title) => !failed.includes(title));
  const more = failed.filter((title) => !expected.includes(title));
  const problems = [
    ...(missing.length > 0 ? [`should fail and do not: ${quoted(missing)}`] : []),
    ...(more.length > 0 ? [`fail and should not: ${quoted(more)}`] : []),
  ];
  return problems.length > 0 ? problems.join("; ") : undefined;
}
