/** What Pulumi believes to be there: the parts of a stack's state that a repair looks at. */
import { isMap } from "../config/values";

/** The part of a state's resource that is read here (sdk/go/common/apitype ResourceV3). */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** Whether it is to be deleted, since another one has taken its place. */
  readonly delete?: boolean;
}

/** What Pulumi believes to be there, and what it was doing when it was killed. */
export interface State {
  readonly resources: readonly StateResource[];
  readonly interrupted: readonly StateResource[];
}

/** Reads the output of `pulumi stack export`. */
export function parseState(text: string): State {
  const { deployment } = JSON.parse(text) as {
    deployment: {
      resources?: StateResource[];
      pending_operations?: { resource: StateResource }[];
    };
  };
  return {
    resources: deployment.resources ?? [],
    interrupted: (deployment.pending_operations ?? []).map(({ resource }) => resource),
  };
}

/**
 * A state without the operations that were cut off. Pulumi would warn of them at every run from then on,
 * until somebody answers the questions of a `pulumi refresh`; for a Kind cluster that was looked over
 * there is nothing left to ask.
 *
 * @param text output of `pulumi stack export`
 * @returns input for `pulumi stack import`; `undefined` when nothing was cut off
 */
export function withoutInterrupted(text: string): string | undefined {
  const state = JSON.parse(text) as { deployment: { pending_operations?: unknown[] } };
  const { pending_operations: interrupted = [], ...deployment } = state.deployment;
  return interrupted.length > 0 ? JSON.stringify({ ...state, deployment }) : undefined;
}

/** Type of a Helm release. */
export const RELEASE_TYPE = "kubernetes:helm.sh/v3:Release";

/** Which Helm release. */
export interface Release {
  readonly namespace: string;
  readonly name: string;
}

/** The releases among some resources. */
export function releasesOf(resources: readonly StateResource[]): Release[] {
  return resources
    .filter(({ type }) => type === RELEASE_TYPE)
    .map(({ inputs }) => ({
      namespace: String(inputs?.["namespace"]),
      name: String(inputs?.["name"]),
    }));
}

/** The namespaces among some resources. */
export function namespacesOf(resources: readonly StateResource[]): string[] {
  return resources
    .filter(({ type }) => type === "kubernetes:core/v1:Namespace")
    .map(({ inputs }) => inputs?.["metadata"])
    .filter(isMap)
    .map(({ name }) => String(name));
}
