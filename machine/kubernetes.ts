/** Objects of the Kubernetes API, as kubectl shows them. */
import type * as pulumi from "@pulumi/pulumi";

/**
 * A part of an object, such as a container.
 *
 * @typeParam T its type in `@pulumi/kubernetes/types/input`: there what the API requires is told from what
 *   may be missing, while `types/output` has everything as required
 * @typeParam Sure fields that are there although the API does not require them
 */
export type SeenPart<T, Sure extends keyof T = never> = pulumi.Unwrap<T> & {
  readonly [K in Sure]-?: NonNullable<pulumi.Unwrap<T[K]>>;
};

/** An object, which has a name; otherwise as {@link SeenPart}. */
export type Seen<T, Sure extends keyof T = never> = SeenPart<T, Sure> & {
  readonly metadata: { readonly name: string };
};

/**
 * The objects of a list.
 *
 * @typeParam T what was asked for
 * @param list JSON, as of `kubectl get pods --output=json`
 */
export function itemsOf<T extends Seen<object>>(list: string): T[] {
  return (JSON.parse(list) as { readonly items: T[] }).items;
}

/** What is said of an object, such as `Ready: False`. */
export interface Condition {
  readonly type: string;
  readonly status: string;
}

/** Whether a condition is true. */
export function holds(conditions: readonly Condition[] | undefined, type: string): boolean {
  return conditions?.some((one) => one.type === type && one.status === "True") ?? false;
}
