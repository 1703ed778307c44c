/** How a Kind cluster's nodes are told what to pull the images of registries by. */
import type { RegistryMirror, RegistryMirrors } from "../config/settings";

/** Where containerd in the nodes looks for it (https://github.com/containerd/containerd/blob/main/docs/hosts.md). */
const HOSTS = "/etc/containerd/certs.d";

/** Versions of containerd's configuration, and what is called the registries' part in each. Kind takes the one that fits. */
const REGISTRY_PLUGINS = { 2: "io.containerd.grpc.v1.cri", 3: "io.containerd.cri.v1.images" };

/** Patches of containerd's configuration that make it look there. They are the same whatever the mirrors are. */
export const HOSTS_PATCHES: readonly string[] = Object.entries(REGISTRY_PLUGINS).map(
  ([version, plugin]) =>
    `version = ${version}\n[plugins."${plugin}".registry]\n  config_path = "${HOSTS}"\n`,
);

/**
 * The shell script that tells a node its mirrors, in place of all that it was told before. containerd reads them at
 * every pull.
 *
 * @param read reads a certificate authority's file
 * @param hosts folder for them in the node
 */
export function mirrorsScript(
  mirrors: RegistryMirrors,
  read: (file: string) => string,
  hosts: string = HOSTS,
): string {
  const files = Object.entries(mirrors).flatMap(([registry, mirror]) => [
    [registry, "hosts.toml", hostsToml(mirror)] as const,
    ...(mirror.ca === undefined ? [] : [[registry, CA, read(mirror.ca)] as const]),
  ]);
  return [
    "set -eu",
    `rm -rf ${hosts}.new`,
    ...files.map(([registry, name, text]) => {
      const dir = `${hosts}.new/${registry}`;
      return `mkdir -p ${dir}\ncat >${dir}/${name} <<'${END}'\n${text.trimEnd()}\n${END}`;
    }),
    `rm -rf ${hosts}`,
    `mv ${hosts}.new ${hosts}`,
    "",
  ].join("\n");
}

/** A certificate authority's file, beside the file that names it. */
const CA = "ca.crt";

/** Ends a file in the script. It is in no PEM file and in no URL. */
const END = "END OF FILE";

function hostsToml({ mirrors = [], ca }: RegistryMirror): string {
  const trust = ca === undefined ? [] : [`ca = "${CA}"`];
  return [
    // The registry itself, which is asked last.
    ...trust,
    ...mirrors.flatMap((url) => [
      `[host."${url}"]`,
      `capabilities = ["pull", "resolve"]`,
      ...trust,
      // Such a path is where the API begins, as at Harbor's proxy caches; otherwise /v2 is added to it.
      ...(new URL(url).pathname.startsWith("/v2/") ? ["override_path = true"] : []),
    ]),
  ].join("\n");
}
