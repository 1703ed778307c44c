/** What the program knows of the application's chart: its values. */
import * as fs from "node:fs";
import * as path from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { ADD_ONS, CONTROLLERS } from "../config/addOns";
import {
  ISSUER_ANNOTATION,
  type LoginSettings,
  type Part,
  type StackConfig,
} from "../config/settings";
import { isMap, mergeValues, type Values } from "../config/values";
import type { ChartValues, Image } from "./chartValues";
import { imageRefs, type ImageRefs } from "./imageRefs";
import { PAGES, pageUpstreams, STACK_NAMESPACE, STACK_SERVICES } from "./pages";
import { dashboardUrl } from "./url";

/** The chart, relative to the project: an absolute path would differ on every machine. */
export const CHART = "./charts/soc-agent";

/** What a configuration comes to. */
export interface StackValues {
  /** Reference of each part's image. */
  readonly refs: ImageRefs;
  /** The chart's values, unchecked. */
  readonly values: ChartOverrides;
}

/** The images and the chart's values of a configuration. Reads the build contexts and the chart. */
export function stackValues(config: StackConfig): StackValues {
  const refs = imageRefs(config.images);
  return { refs, values: chartValues(config, refs, chartDefaults()) };
}

/**
 * Values that are laid over the chart's own: whichever of them, and no other. A leaf may be an output.
 * Maps that somebody else has made pass for them too, and are them once `valuesProblems` finds nothing.
 */
export type ChartOverrides = Overrides<ChartValues>;

type Overrides<T> = T extends readonly (infer E)[]
  ? readonly Overrides<E>[]
  : T extends object
    ? { readonly [K in keyof T]?: Overrides<Exclude<T[K], undefined>> }
    : pulumi.Input<T>;

/** Lays values over each other, the last on top. What is `false` or undefined is left out. */
export function overlay(...layers: (ChartOverrides | false | undefined)[]): ChartOverrides {
  return layers.filter(isMap).reduce<Values>(mergeValues, {});
}

/**
 * The chart's values: what the program computes, with the configuration's `values` over it.
 *
 * @param refs reference of each part's image
 * @param defaults the chart's own values.yaml
 */
export function chartValues(
  config: StackConfig,
  refs: ImageRefs,
  defaults: ChartOverrides,
): ChartOverrides {
  const { ingress, certManager, observability } = config;
  const image = (part: Part) => ({
    ...splitRef(refs[part]),
    pullPolicy: pullPolicy(config, part),
  });
  const values = overlay(
    { backend: { image: image("backend") }, frontend: { image: image("frontend") } },
    config.cluster.kind !== "existing" && AT_ONCE,
    config.cluster.kind !== "existing" && config.auth && BEHIND_PROXIES,
    { ingress: { className: ingress.className } },
    // Helm replaces lists as a whole, so another host needs the default's paths again.
    ingress.host !== undefined && {
      ingress: { hosts: [{ ...defaults.ingress?.hosts?.[0], host: ingress.host }] },
    },
    certManager.install && {
      ingress: { annotations: { [ISSUER_ANNOTATION]: certManager.issuer } },
    },
    // Only from there may requests come in. The default's namespace is the chart's default too.
    ingress.controller !== CONTROLLERS[0] && {
      networkPolicy: { ingressController: { namespace: ADD_ONS[ingress.controller].namespace } },
    },
    config.values,
  );
  const url = dashboardUrl(config, values);
  const pages = observability.install && observability.expose;
  return overlay(
    telemetryValues(observability, url),
    config.auth &&
      overlay(loginValues(config.auth, url, ingress.className), pages && pagesBehindLogin()),
    values,
  );
}

/** The observability stack's pages behind the login: the proxy hands on to them, and its way there is open. */
function pagesBehindLogin(): ChartOverrides {
  const matchLabels = { "kubernetes.io/metadata.name": STACK_NAMESPACE };
  const ports = PAGES.map((name) => ({ port: STACK_SERVICES[name].port, protocol: "TCP" }));
  const egress = [{ to: [{ namespaceSelector: { matchLabels } }], ports }];
  return { auth: { upstreams: pageUpstreams() }, networkPolicy: { auth: { egress } } };
}

/**
 * The login, without its Secrets.
 *
 * @param url base URL of the dashboard
 * @param className IngressClass of the application's Ingress
 */
function loginValues(
  { issuer, clientId, scope, rolesClaim, roles }: LoginSettings,
  url: string,
  className: string,
): ChartOverrides {
  return {
    auth: {
      enabled: true,
      oidc: {
        issuer,
        clientId,
        redirectUrl: `${url}/oauth2/callback`,
        ...(scope !== undefined && { scope }),
      },
      ...(rolesClaim !== undefined && { rolesClaim }),
      roles,
    },
    // A session is in cookies, with the provider's tokens: more than the 4 KiB of headers that nginx takes from behind it.
    ...(className === ADD_ONS[CONTROLLERS[0]].className && {
      ingress: { annotations: { "nginx.ingress.kubernetes.io/proxy-buffer-size": "32k" } },
    }),
  };
}

/**
 * Where telemetry goes, where it is not to the project's own stack behind the same ingress.
 *
 * @param url base URL of the dashboard
 */
function telemetryValues(
  { existing, install, expose }: StackConfig["observability"],
  url: string,
): ChartOverrides {
  if (existing) {
    return {
      ...sendingTo(existing.endpoint),
      metrics: {
        serviceMonitor: { enabled: true },
        prometheusRule: { enabled: true },
        dashboards: { enabled: true, url },
      },
      observability: { links: existing.links },
    };
  }
  // The same collector by another name: only beside the one of the chart's default does the dashboard lead to
  // pages of the stack, which the ingress has not.
  const { agents } = ADD_ONS.observability;
  return install && !expose ? sendingTo(`http://otel-collector.${agents}.svc:4317`) : {};
}

function sendingTo(endpoint: string): ChartOverrides {
  return { backend: { env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } } };
}

/**
 * How a developer's cluster takes a new version: all pods at once, each in service as soon as its startup
 * probe has succeeded. Other clusters have the chart's gentler defaults.
 */
const AT_ONCE: ChartOverrides = {
  backend: {
    rollout: { maxSurge: "100%" },
    probes: { readiness: { initialDelaySeconds: 0, periodSeconds: 1 } },
  },
};

/**
 * Whose word on where a request came from counts: the ingress controller's and the login's proxy's, which are pods of Kind's
 * network (https://kind.sigs.k8s.io/docs/user/configuration/#pod-subnet). Which they are elsewhere, only its owner knows.
 */
const BEHIND_PROXIES: ChartOverrides = {
  backend: { env: { TRUSTED_PROXIES: "10.244.0.0/16" } },
};

/** An image that was loaded into the nodes is in no registry, so none may be asked for it. */
function pullPolicy({ cluster, images }: StackConfig, part: Part): Image["pullPolicy"] {
  if (cluster.kind === "existing") {
    return "Always";
  }
  return images[part].kind === "build" ? "Never" : "IfNotPresent";
}

/**
 * Splits a reference into the two values that the chart joins with a colon. A digest stays with the
 * tag, which it overrules: `repo@sha256:hex` becomes `repo` and `latest@sha256:hex`.
 */
export function splitRef(ref: string): { repository: string; tag: string } {
  const [named = "", digest] = ref.split("@");
  const colon = named.lastIndexOf(":");
  const tagged = colon > named.lastIndexOf("/");
  const tag = tagged ? named.slice(colon + 1) : "latest";
  return {
    repository: tagged ? named.slice(0, colon) : named,
    tag: digest ? `${tag}@${digest}` : tag,
  };
}

/** The chart's own values.yaml. */
export function chartDefaults(chart: string = CHART): ChartOverrides {
  const values: unknown = parse(fs.readFileSync(path.join(chart, "values.yaml"), "utf8"));
  return isMap(values) ? values : {};
}
