/** What a command is about to delete, in a stack's state before it does. */
import { clusterIdentity } from "../plan/kindConfig";
import type { StackConfig } from "../config/settings";
import { isMap } from "../config/values";
import { readContext } from "../machine/kubeconfig";
import type { KindClusterState } from "../machine/kindCluster";
import { idOf, namespacesOf, releasesOf, type State, type StateResource } from "./stackState";

/** A cluster that a stack is on. */
export type Place =
  | { readonly kind: "kind"; readonly name: string; readonly identity: string }
  /** `server` is the URL of its API server. */
  | { readonly kind: "existing"; readonly context: string; readonly server: string };

/** The clusters that a stack is on, as Pulumi believes. */
export function placesOf({ resources }: Pick<State, "resources">): Place[] {
  return resources.flatMap((resource): Place[] => kindPlace(resource) ?? existingPlace(resource));
}

/** The Kind cluster that a resource is, by the command that makes it. */
function kindPlace({ inputs }: StateResource): Place[] | undefined {
  const { create, environment } = inputs ?? {};
  return isMap(environment) && String(create).endsWith("kind-cluster.sh create")
    ? [
        {
          kind: "kind",
          name: String(environment["CLUSTER_NAME"]),
          identity: String(environment["IDENTITY"]),
        },
      ]
    : undefined;
}

/** The existing cluster that a provider deploys to. A Kind cluster's provider names no context. */
function existingPlace({ type, inputs }: StateResource): Place[] {
  const { context, clusterIdentifier } = inputs ?? {};
  return type === "pulumi:providers:kubernetes" && typeof context === "string"
    ? [{ kind: "existing", context, server: String(clusterIdentifier) }]
    : [];
}

/**
 * The clusters that an `up` would make again or leave for another one, with what is in them.
 *
 * @param found what stands behind the name of the configuration's Kind cluster
 */
export function replacedPlaces(
  config: StackConfig,
  found: KindClusterState | undefined,
  state: State,
): Place[] {
  const { cluster } = config;
  if (cluster.kind === "existing") {
    const context = readContext(cluster);
    // Pulumi takes one with the same API server for the same cluster. Of none it says what is wrong.
    const stays = (place: Place) =>
      place.kind === "existing" && ("problem" in context || context.server === place.server);
    return placesOf(state).filter((place) => !stays(place));
  }
  const { name } = cluster;
  const isNamed = (place: Place) => place.kind === "kind" && place.name === name;
  const elsewhere = placesOf(state).filter((place) => !isNamed(place));
  if (found?.kind !== "ours") {
    return elsewhere;
  }
  const recorded = placesOf(state).filter(isNamed);
  // A cluster that a killed run was making has nothing in it yet.
  const isHalfMade =
    recorded.length === 0 && placesOf({ resources: state.interrupted }).some(isNamed);
  const { identity } = found;
  const stays =
    clusterIdentity(cluster, found) === identity &&
    recorded.some((place) => place.kind === "kind" && place.identity === identity);
  return stays || isHalfMade ? elsewhere : [...elsewhere, { kind: "kind", name, identity }];
}

/** Names what goes with a cluster. @param state of the stack that is on it */
export function namePlace(place: Place, { resources }: Pick<State, "resources">): string {
  if (place.kind === "kind") {
    return `Kind cluster ${place.name}: its nodes, and all that is in it, such as the data of Redis`;
  }
  const releases = releasesOf(resources).map((release) => `release ${idOf(release)}`);
  const namespaces = namespacesOf(resources).map((namespace) => `namespace ${namespace}`);
  const inside = [...releases, ...namespaces].join(", ") || "what the stack has in it";
  return `in the cluster of context ${place.context} (${place.server}): ${inside}`;
}
