import { type LiveObject, startApiServer } from "./apiServer";
import { CHART, helm, parseManifests, type Values } from "./helm";
import type { Manifest } from "./manifest";

/** Where all such installations go. */
export const NAMESPACE = "soc";

/** What {@link dryInstall} takes beside values. */
export interface DryInstallOptions {
  /** Name of the release. @default `"soc-agent"` */
  readonly release?: string;
  /** Folder of the chart. @default {@link CHART} */
  readonly chart?: string;
  /** Objects that the cluster has; all of them are the release's. @default none */
  readonly live?: readonly LiveObject[];
}

/** What a user would get from Helm. */
export interface Installed {
  readonly manifests: readonly Manifest[];
  readonly notes: string;
}

/**
 * What `helm install` renders and says in a cluster, which `helm template` does not know. It installs nothing.
 *
 * @throws `Error` with Helm's own words, if Helm refuses.
 */
export async function dryInstall(
  values: Values = {},
  { release = "soc-agent", chart = CHART, live = [] }: DryInstallOptions = {},
): Promise<Installed> {
  const api = await startApiServer(live.map((object) => ownedBy(release, object)));
  try {
    const { code, stdout, stderr } = await helm(
      [
        ...["install", release, chart, "--namespace", NAMESPACE, "--values=-", "--output=json"],
        // The server has no OpenAPI to hold objects against.
        ...["--dry-run=server", "--disable-openapi-validation", "--kube-apiserver", api.url],
      ],
      JSON.stringify(values),
    );
    if (code !== 0) {
      throw new Error(stderr);
    }
    const { manifest, info } = JSON.parse(stdout) as { manifest: string; info: { notes: string } };
    return { manifests: parseManifests(manifest), notes: info.notes };
  } finally {
    await api.close();
  }
}

/** Helm changes nothing that is not marked as its release's. */
function ownedBy(release: string, object: LiveObject): LiveObject {
  const { labels, annotations } = object.metadata as { labels?: Values; annotations?: Values };
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...labels, "app.kubernetes.io/managed-by": "Helm" },
      annotations: {
        ...annotations,
        "meta.helm.sh/release-name": release,
        "meta.helm.sh/release-namespace": NAMESPACE,
      },
    },
  };
}
