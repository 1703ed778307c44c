/** Helm: what it renders without a cluster, and what it has recorded in one. */
import { gunzipSync } from "node:zlib";
import type { Values } from "../config/values";
import { messageIn, type Api } from "./apiServer";
import type { Target } from "./kubectl";
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

/** Runs Helm on one release's namespace of one cluster. Throws with Helm's own words when it fails. */
export function helmIn(
  { kubeconfigFile, context, env }: Target,
  { namespace }: Pick<ReleaseName, "namespace">,
): (args: readonly string[], input?: string) => Promise<string> {
  const where = ["--namespace", namespace, "--kubeconfig", kubeconfigFile];
  const which = context ? ["--kube-context", context] : [];
  return (args, input = "") =>
    must("helm", [...args, ...where, ...which], { input, ...(env && { env }) });
}

/**
 * What Helm would record of a release after an upgrade to it, or its first installation, rendered with the cluster's
 * answers; nothing is written. `helm template --dry-run=server` would keep Helm's built-in list of kinds, by which a chart
 * tells that there is no cluster.
 *
 * @param target the cluster, and the environment with Helm in it
 * @returns a stream of YAML documents
 * @throws Error with Helm's own words, and where there is no Helm
 */
export async function renderUpgrade(
  { name, namespace, chart, values }: Release,
  target: Target,
): Promise<string> {
  const how = ["--install", "--dry-run=server", "--output=json"];
  // Values of the last revision count for nothing, as with Pulumi's provider.
  const given = ["--values=-", "--reset-values"];
  const helm = helmIn(target, { namespace });
  const said = await helm(["upgrade", name, chart, ...how, ...given], JSON.stringify(values));
  return (JSON.parse(said) as { readonly manifest: string }).manifest;
}

/** A revision of a release, as Helm has recorded it. */
export interface Revision {
  readonly revision: number;
  /** Such as `deployed`, `superseded` or `failed`. */
  readonly status: string;
  /** Whence it is: by a rollback, "Rollback to" and a number. */
  readonly description: string;
  /** YAML of its objects. */
  readonly manifest: string;
}

/**
 * The revisions of a release, the newest first: each is in a Secret, packed (helm, pkg/storage/driver/secrets.go and
 * util.go). A `helm get` for each release would take a processor a fifth of a second.
 *
 * @returns none where there is no such release
 * @throws Error when the cluster does not tell
 */
export async function revisionsOf(api: Api, release: ReleaseName): Promise<Revision[]> {
  return (await recordsOf(api, release)).map(unpack);
}

/** The newest of a release's {@link revisionsOf}; nothing where there is no such release. @throws as they do */
export async function newestRevision(
  api: Api,
  release: ReleaseName,
): Promise<Revision | undefined> {
  const [newest] = await recordsOf(api, release);
  return newest && unpack(newest);
}

/** A Secret in which Helm keeps a revision. */
interface Stored {
  readonly metadata: { readonly labels: { readonly version: string; readonly status: string } };
  readonly data: { readonly release: string };
}

async function recordsOf(api: Api, { namespace, name }: ReleaseName): Promise<Stored[]> {
  const revisions = encodeURIComponent(`owner=helm,name=${name}`);
  const { status, body } = await api(
    `/api/v1/namespaces/${namespace}/secrets?labelSelector=${revisions}`,
  );
  if (status !== 200) {
    throw new Error(`Helm's record of release ${namespace}/${name}: ${messageIn(body)}`);
  }
  return (body["items"] as Stored[]).sort((one, other) => numberOf(other) - numberOf(one));
}

function numberOf({ metadata }: Stored): number {
  return Number(metadata.labels.version);
}

/** What is in a record, in Base64 of Helm's within that of the API's. */
function unpack(record: Stored): Revision {
  const packed = Buffer.from(Buffer.from(record.data.release, "base64").toString(), "base64");
  const { manifest, info } = JSON.parse(gunzipSync(packed).toString()) as {
    readonly manifest: string;
    readonly info: { readonly description: string };
  };
  const { status } = record.metadata.labels;
  return { revision: numberOf(record), status, description: info.description, manifest };
}
