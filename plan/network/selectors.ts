/** Label selectors, as NetworkPolicies and workloads have them. */

/** Labels of pods or of namespaces. */
export type Labels = Readonly<Record<string, string>>;

/** A selector: all that it asks for must hold, and an empty one selects everything. */
export interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** Something that a selector asks of labels. */
interface Requirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  /** Sorted, each once. */
  readonly values: readonly string[];
}

/**
 * Whether a selector selects what has these labels.
 *
 * @throws Error for an operator that the API does not know
 */
export function selects(selector: Selector, labels: Labels): boolean {
  return requirements(selector).every(({ key, operator, values }) => {
    const value = labels[key];
    switch (operator) {
      case "In":
        return value !== undefined && values.includes(value);
      case "NotIn":
        // Also what has no such label at all: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
        return value === undefined || !values.includes(value);
      case "Exists":
        return value !== undefined;
      case "DoesNotExist":
        return value === undefined;
    }
  });
}

/**
 * A selector as kubectl writes it, `app=redis,tier in (a,b)`; empty for one that selects everything. Two that ask for
 * the same in other words read the same.
 */
export function describeSelector(selector: Selector): string {
  const parts = requirements(selector).map(({ key, operator, values }) => {
    switch (operator) {
      case "In":
        return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(",")})`;
      case "NotIn":
        return `${key} notin (${values.join(",")})`;
      case "Exists":
        return key;
      case "DoesNotExist":
        return `!${key}`;
    }
  });
  return [...new Set(parts)].sort().join(",");
}

/** The labels that a selector asks for with exactly one value each. */
export function exactLabels(selector: Selector): Labels {
  return Object.fromEntries(
    requirements(selector).flatMap(({ key, operator, values: [value, ...more] }) =>
      operator === "In" && value !== undefined && more.length === 0 ? [[key, value]] : [],
    ),
  );
}

function requirements({ matchLabels = {}, matchExpressions = [] }: Selector): Requirement[] {
  return [
    ...Object.entries(matchLabels ?? {}).map(([key, value]): Requirement => ({
      key,
      operator: "In",
      values: [value],
    })),
    ...(matchExpressions ?? []).map(({ key, operator, values = [] }): Requirement => {
      if (!isOperator(operator)) {
        throw new Error(`a label selector has the operator ${operator}, which Kubernetes does not`);
      }
      return { key, operator, values: [...new Set(values)].sort() };
    }),
  ];
}

function isOperator(text: string): text is Requirement["operator"] {
  return ["In", "NotIn", "Exists", "DoesNotExist"].includes(text);
}
