/** Rules for the mirrors that a Kind cluster's nodes pull by. */
import { isLoopback } from "./loopback";
import { key, type Input } from "./schema";
import { show } from "./values";

/** A registry as image references name it. */
const REGISTRY = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d+)?$/;

/**
 * What is wrong with the mirrors.
 *
 * @param around whether a path, relative to the project, names something
 * @returns one line per problem
 */
export function mirrorProblems(
  { cluster, registryMirrors = {} }: Input,
  { exists }: { readonly exists: (file: string) => boolean },
): string[] {
  const registries = Object.keys(registryMirrors);
  if (cluster?.existing && registries.length > 0) {
    return [
      `${key("registryMirrors")}: must be left out for an existing cluster, got ${registries.join(", ")}: what its nodes pull by is set on them. Remove it`,
    ];
  }
  return Object.entries(registryMirrors).flatMap(([registry, { mirrors, ca }]) => {
    const at = `registryMirrors.${registry}`;
    return [
      ...(REGISTRY.test(registry)
        ? []
        : [
            `${key(at)}: must be a registry as image references name it, such as docker.io, got ${show(registry)}. Name the host alone`,
          ]),
      ...(mirrors === undefined && ca === undefined
        ? [`${key(at)}: must have mirrors or ca, got nothing. Set one, or remove ${registry}`]
        : []),
      ...(mirrors ?? []).flatMap((mirror, index) =>
        isLoopback(new URL(mirror).hostname)
          ? [
              `${key(`${at}.mirrors.${index}`)}: must not be on this machine's loopback interface, which is another one in Kind's nodes, got ${show(mirror)}. Set an address that Docker's containers reach: this machine's in its network, or a container's name in Docker's network "kind"`,
            ]
          : [],
      ),
      ...(ca === undefined || exists(ca)
        ? []
        : [
            `${key(`${at}.ca`)}: must be a PEM file, got ${show(ca)}, which does not exist. The path is relative to the project`,
          ]),
    ];
  });
}
