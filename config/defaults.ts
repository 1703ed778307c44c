/** What a stack file leaves out. */
import * as path from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import type { AddOnInput } from "./blocks";
import type { Input } from "./schema";
import { ADD_ONS, addOnOf, CONTROLLERS, perBlock, rowOf, type AddOn } from "./addOns";
import type {
  AddOnSettings,
  BuildSettings,
  Part,
  RefSettings,
  RegistryLogin,
  StackConfig,
} from "./settings";

/** Keys that are held as secrets. */
export const SECRETS = [
  "openaiApiKey",
  "authClientSecret",
  "registryPushPassword",
  "registryPullPassword",
] as const;
/** A key that is held as a secret. */
export type SecretKey = (typeof SECRETS)[number];
/** The secrets that are set. */
export type Secrets = { readonly [key in SecretKey]?: pulumi.Output<string> };

/** The node image of kind 0.33.0, by digest so that every machine boots the same Kubernetes. */
export const DEFAULT_NODE_IMAGE =
  "kindest/node:v1.37.0@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5";

/** Fills in what a configuration without problems leaves out. */
export function withDefaults(input: Input, secrets: Secrets = {}): StackConfig {
  const { existing, kind } = input.cluster ?? {};
  const onKind = existing === undefined;
  const { certManager, ingress, observability, smokeCheck } = input;
  const { controller = CONTROLLERS[0] } = ingress ?? {};
  const addOns = perBlock((block) =>
    addOnSettings(input[block], rowOf(addOnOf(block, { ingress: { controller } })), onKind),
  );
  const { openaiApiKey, authClientSecret, registryPushPassword, registryPullPassword } = secrets;
  const push = registryLogin(input, input.images?.pushUsername, registryPushPassword);
  const pull = registryLogin(input, input.images?.pullUsername, registryPullPassword);
  return {
    cluster: existing
      ? {
          kind: "existing",
          kubeconfig: path.resolve(expandHome(existing.kubeconfig)),
          context: existing.context,
          allowKind: existing.allowKind ?? false,
          ...(existing.kubernetesVersion !== undefined && {
            kubernetesVersion: existing.kubernetesVersion,
          }),
        }
      : {
          kind: "kind",
          name: kind?.name ?? "soc-demo",
          workers: kind?.workers ?? 2,
          nodeImage: kind?.nodeImage ?? DEFAULT_NODE_IMAGE,
          httpPort: kind?.httpPort ?? 8080,
          httpsPort: kind?.httpsPort ?? 8443,
          ...(hasKeys(input.registryMirrors) && { registryMirrors: input.registryMirrors }),
        },
    images: {
      backend: imageSettings("backend", input),
      frontend: imageSettings("frontend", input),
    },
    registry: { ...(push && { push }), ...(pull && { pull }) },
    ...addOns,
    ingress: {
      controller,
      ...addOns.ingress,
      className: ingress?.className ?? ADD_ONS[controller].className,
      ...(ingress?.host !== undefined && { host: ingress.host }),
    },
    // Twenty pods are replaced one after the other, on nodes that may have to be added first.
    timeout: input.timeout ?? (onKind ? 300 : 900),
    // On a laptop the failed pods are worth more than the ones before.
    rollback: input.rollback ?? !onKind,
    certManager: {
      ...addOns.certManager,
      issuer: certManager?.issuer ?? "letsencrypt-staging",
      ...(certManager?.email && { email: certManager.email }),
    },
    observability: observabilitySettings(observability, addOns.observability, onKind),
    smokeCheck: { ...smokeCheck, run: smokeCheck?.run ?? true },
    ...(input.auth && {
      auth: {
        ...input.auth,
        roles: input.auth.roles ?? {},
        ...(authClientSecret && { clientSecret: authClientSecret }),
      },
    }),
    ...(openaiApiKey && { openaiApiKey }),
    values: input.values ?? {},
  };
}

/** Where a part's image comes from. */
export function imageSettings(part: Part, { images }: Input): BuildSettings | RefSettings {
  const given = images?.[part] ?? {};
  if (given.ref !== undefined) {
    return { kind: "ref", ref: given.ref };
  }
  const { context = part, args, target, platform, secrets } = given;
  const name = `soc-${part}`;
  const registry = images?.registry;
  return {
    kind: "build",
    context,
    dockerfile: given.dockerfile ?? path.join(context, "Dockerfile"),
    ...(args && { args }),
    ...(target !== undefined && { target }),
    ...(platform !== undefined && { platform }),
    ...(hasKeys(secrets) && { secrets }),
    repository: given.repository ?? (registry ? `${registry}/${name}` : name),
    push: registry !== undefined,
  };
}

function hasKeys(map: object | undefined): boolean {
  return map !== undefined && Object.keys(map).length > 0;
}

function registryLogin(
  { images }: Input,
  username: string | undefined,
  password: pulumi.Output<string> | undefined,
): RegistryLogin | undefined {
  return images?.registry && username !== undefined && password
    ? { server: registryServer(images.registry), username, password }
    : undefined;
}

/** The server that a repository is on, as Docker's configuration names it: Docker Hub has a name of its own there. */
export function registryServer(repository: string): string {
  const [host = ""] = repository.split("/");
  return isRegistryHost(host) && host !== "docker.io" ? host : "https://index.docker.io/v1/";
}

/** Whether the first part of a reference is a registry, and not a name on Docker Hub. */
export function isRegistryHost(first: string): boolean {
  return /[.:]/.test(first) || first === "localhost";
}

/** An own chart (a folder or a mirror) brings its own version; the default's pin is for the default's chart. */
function addOnSettings(
  given: AddOnInput | undefined,
  { source: usual, onKind: usualOnKind }: AddOn,
  onKind: boolean,
): AddOnSettings {
  const { chart = usual.chart, version } = given ?? {};
  const ownChart = chart !== usual.chart;
  const repo = given?.repo ?? (ownChart ? undefined : usual.repo);
  const pinned = version ?? (ownChart ? undefined : usual.version);
  return {
    install: given?.install ?? (onKind && usualOnKind),
    source: { chart, ...(repo && { repo }), ...(pinned && { version: pinned }) },
  };
}

function observabilitySettings(
  given: Input["observability"],
  addOn: AddOnSettings,
  onKind: boolean,
): StackConfig["observability"] {
  const { install, existing, images = {}, mirror, expose = onKind } = given ?? {};
  return {
    ...addOn,
    install: existing === undefined && addOn.install,
    decided: install !== undefined || existing !== undefined || !onKind,
    ...(existing && { existing: { ...existing, links: existing.links ?? {} } }),
    images,
    ...(mirror !== undefined && { mirror }),
    expose,
  };
}

/** A path whose `~` is written out. */
export function expandHome(file: string): string {
  return file.replace(/^~(?=\/|$)/, process.env["HOME"] ?? "~");
}
