/** What Pulumi believes to be there: the parts of a stack's state that a repair looks at. */
import { isMap, type Values } from "../config/values";
import type { ReleaseName } from "../machine/helm";

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

/** A Helm release that Pulumi has made. */
export interface Release extends ReleaseName {
  /** Its revision; unset where none was finished. */
  readonly revision?: number;
}

/** The releases among some resources. */
export function releasesOf(resources: readonly StateResource[]): Release[] {
  return resources
    .filter(({ type }) => type === RELEASE_TYPE)
    .map((resource) => ({ ...releaseNamed(resource), ...revisionIn(resource) }));
}

function releaseNamed({ inputs }: StateResource): ReleaseName {
  return { namespace: String(inputs?.["namespace"]), name: String(inputs?.["name"]) };
}

function revisionIn({ outputs }: StateResource): Pick<Release, "revision"> {
  const status = outputs?.["status"];
  const revision = isMap(status) ? status["revision"] : undefined;
  return typeof revision === "number" ? { revision } : {};
}

/** A release in one word: `namespace/name`. */
export function idOf({ namespace, name }: ReleaseName): string {
  return `${namespace}/${name}`;
}

/** Key of a value that Pulumi keeps secret, and what it says (sdk/go/common/resource/sig). */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** A value that Pulumi keeps secret, in a state that was exported with its secrets. */
interface Secret {
  /** JSON. */
  readonly plaintext: string;
}

export function isSecret(value: unknown): value is Secret {
  return isMap(value) && value[SIGNATURE] === SECRET && typeof value["plaintext"] === "string";
}

/** Key of what Pulumi's provider for Kubernetes holds a release's inputs against (provider/helm_release.go, Diff). */
const GIVEN = "__inputs";

/**
 * A state that says of releases what they are in the cluster, so that Pulumi upgrades them again. It compares nothing
 * but inputs, and these differ then.
 *
 * @param text output of `pulumi stack export --show-secrets`: the provider keeps the inputs of releases secret
 * @param descriptions by {@link idOf} of the releases
 * @returns input for `pulumi stack import`
 */
export function withDescriptions(text: string, descriptions: ReadonlyMap<string, string>): string {
  const state = JSON.parse(text) as { deployment: { resources: StateResource[] } };
  const { resources, ...deployment } = state.deployment;
  const changed = resources.map((resource) => {
    const { type, inputs, outputs } = resource;
    const description = descriptions.get(idOf(releaseNamed(resource)));
    if (type !== RELEASE_TYPE || description === undefined) {
      return resource;
    }
    const given = outputs?.[GIVEN];
    return {
      ...resource,
      inputs: { ...inputs, description },
      outputs: { ...outputs, ...(isMap(given) && { [GIVEN]: described(given, description) }) },
    };
  });
  return JSON.stringify({ ...state, deployment: { ...deployment, resources: changed } });
}

/** Inputs with another description, in the envelope of a secret if they are in one. */
function described(given: Values, description: string): Values {
  return isSecret(given)
    ? {
        ...given,
        plaintext: JSON.stringify({ ...(JSON.parse(given.plaintext) as Values), description }),
      }
    : { ...given, description };
}

/** The namespaces among some resources. */
export function namespacesOf(resources: readonly StateResource[]): string[] {
  return resources
    .filter(({ type }) => type === "kubernetes:core/v1:Namespace")
    .map(({ inputs }) => inputs?.["metadata"])
    .filter(isMap)
    .map(({ name }) => String(name));
}
