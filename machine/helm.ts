/** Helm: what it renders without a cluster, and what it has recorded in one. */
import { gunzipSync } from "node:zlib";
import type { Values } from "../config/values";
import { messageIn, type Api } from "./apiServer";
import { must } from "./run";

/** Which Helm release. */
export interface ReleaseName {
  readonly namespace: string;
  readonly name: string;
}

/** A release as Helm installs it. */
export interface Release extends ReleaseName {
  /** Folder of its chart. */
  readonly chart: string;
  /** Values over the chart's own. */
  readonly values: Values;
}

/**
 * Renders a release without a cluster: lookups find nothing, and the kinds are those that Helm has built in. Tests are
 * left out, which no installation makes.
 *
 * @param kubernetesVersion such as `1.34.0`; Helm's own when unset
 * @returns a stream of YAML documents
 * @throws Error with Helm's own words, and where there is no Helm
 */
export function renderRelease(
  { name, namespace, chart, values }: Release,
  kubernetesVersion: string | undefined,
): Promise<string> {
  return must(
    "helm",
    [
      ...["template", name, chart, "--namespace", namespace, "--values=-", "--skip-tests"],
      ...(kubernetesVersion === undefined ? [] : ["--kube-version", kubernetesVersion]),
    ],
    { input: JSON.stringify(values) },
  );
}

/**
 * The objects of a release's newest revision, as Helm has recorded them: of each revision in a Secret, packed
 * (helm, pkg/storage/driver/secrets.go and util.go). A `helm get` for each release would take a processor a fifth of a
 * second.
 *
 * @returns YAML; nothing where there is no such release
 * @throws Error when the cluster does not tell
 */
export async function manifestOf(
  api: Api,
  { namespace, name }: ReleaseName,
): Promise<string | undefined> {
  const revisions = encodeURIComponent(`owner=helm,name=${name}`);
  const { status, body } = await api(
    `/api/v1/namespaces/${namespace}/secrets?labelSelector=${revisions}`,
  );
  if (status !== 200) {
    throw new Error(`Helm's record of release ${namespace}/${name}: ${messageIn(body)}`);
  }
  const [newest] = (body["items"] as Revision[]).sort(
    (one, other) => version(other) - version(one),
  );
  return newest && unpack(newest.data.release).manifest;
}

/** A Secret in which Helm keeps a revision. */
interface Revision {
  readonly metadata: { readonly labels: { readonly version: string } };
  readonly data: { readonly release: string };
}

function version({ metadata }: Revision): number {
  return Number(metadata.labels.version);
}

/** What is in a record, in Base64 of Helm's within that of the API's. */
function unpack(release: string): { readonly manifest: string } {
  const packed = Buffer.from(Buffer.from(release, "base64").toString(), "base64");
  return JSON.parse(gunzipSync(packed).toString()) as { readonly manifest: string };
}
