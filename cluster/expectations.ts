/** What an answer of the application must be. */
import type { SmokeCheck } from "../config/settings";
import { isMap, show } from "../config/values";
import type { Answer } from "./httpGet";

/** Whether an answer is as a check expects it. */
export function fits({ status = 200, contains, json }: SmokeCheck, answer: Answer): boolean {
  return (
    answer.status === status &&
    (contains === undefined || answer.body.includes(contains)) &&
    (json === undefined || has(parsed(answer.body), json))
  );
}

/** What a check expects, as it reads after "expected". */
export function expectation({ status = 200, contains, json }: SmokeCheck): string {
  return [
    `status ${status}`,
    ...(contains === undefined ? [] : [`a text with ${show(contains)}`]),
    ...(json === undefined ? [] : [`JSON with ${show(json)}`]),
  ].join(" and ");
}

/** Whether JSON is at least what is expected: of a map these keys, of a list items like these, else the same. */
function has(actual: unknown, expected: unknown): boolean {
  if (Array.isArray(expected)) {
    return Array.isArray(actual) && expected.every((item) => actual.some((one) => has(one, item)));
  }
  return isMap(expected)
    ? isMap(actual) &&
        Object.entries(expected).every(([key, value]) => key in actual && has(actual[key], value))
    : actual === expected;
}

/** @returns undefined for what is no JSON */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}
