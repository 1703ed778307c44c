/** What the program knows of the observability stack: its chart's values, its images, and where its pages are. */
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { ADD_ONS } from "../config/addOns";
import { isRegistryHost } from "../config/defaults";
import { STACK_PARTS, type StackConfig, type StackPart } from "../config/settings";
import { isMap, mergeValues, type Values } from "../config/values";
import { kubectlCommand } from "../machine/kubectl";
import { APPLICATION, NAMESPACE } from "./access";
import { chartDefaults, splitRef, type ChartOverrides } from "./chart";
import { imageName, type ChartImage } from "./imageName";
import { PAGES, STACK_CHART, STACK_NAMESPACE, STACK_SERVICES, type StackService } from "./pages";

const { agents } = ADD_ONS.observability;

/** Namespace of the collector alone: it reads files of its node, which Pod Security else forbids. */
export const AGENTS_NAMESPACE = agents;

/** The stack's namespaces, and the Pod Security level that the API server holds their pods to. */
export const STACK_NAMESPACES = {
  [STACK_NAMESPACE]: "restricted",
  [AGENTS_NAMESPACE]: "privileged",
} as const;

/** Secret with the password of Grafana's admin, in the stack's namespace. */
export const GRAFANA_SECRET = "grafana-admin";

/**
 * What the program makes in a cluster beside the stack's release, as `scripts/remove-add-ons.sh` takes it.
 *
 * @param foreign namespaces that were there before
 */
export function besideStack(foreign: readonly string[]): string[] {
  const own = Object.keys(STACK_NAMESPACES).filter((name) => !foreign.includes(name));
  return [`secret/${GRAFANA_SECRET}`, ...own.map((name) => `namespace/${name}`)].map(
    (object) => `${STACK_NAMESPACE}/observability:${object}`,
  );
}

/** The chart's own images. */
type ChartImages = Readonly<Partial<Record<StackPart, ChartImage>>>;

/**
 * Values of the stack's chart.
 *
 * @param values those of the application's chart
 * @param url base URL of the dashboard, below which the stack's pages are
 */
export function observabilityValues(
  config: StackConfig,
  values: ChartOverrides,
  url: string,
): Values {
  const { auth, cluster, ingress, observability } = config;
  const { expose, images, mirror } = observability;
  return {
    application: applicationValues(values),
    agentsNamespace: AGENTS_NAMESPACE,
    externalUrl: url,
    ingress: {
      // Behind a login its proxy hands on to the pages.
      enabled: expose && !auth,
      className: ingress.className,
      host: ingress.host ?? "localhost",
    },
    ...(auth ? BEHIND_LOGIN : ingressNamespace(values)),
    grafana: {
      // Whoever is on this machine may look, or has logged in before. Others, who come through the ingress, log in here.
      anonymous: expose && (cluster.kind === "kind" || auth !== undefined),
      existingSecret: GRAFANA_SECRET,
    },
    ...(Object.keys(images).length > 0 && { images: imageValues(images) }),
    ...(mirror !== undefined && { global: { imageRegistry: mirror } }),
  };
}

/** The ingress controller's namespace, where it is another than both charts' default. */
function ingressNamespace({ networkPolicy }: ChartOverrides): Values {
  const namespace = networkPolicy?.ingressController?.namespace;
  return namespace === undefined ? {} : { networkPolicy: { ingressNamespace: namespace } };
}

/** Only the login's proxy may ask for the pages. */
const BEHIND_LOGIN: Values = {
  networkPolicy: { ingressNamespace: NAMESPACE, ingressPodLabels: { app: "soc-auth" } },
};

/** What the stack has to know of the application. */
function applicationValues(values: ChartOverrides): Values {
  const { hpa } = mergeValues(chartDefaults(), values)["backend"] as {
    hpa: { enabled: boolean; maxReplicas: number };
  };
  return {
    namespace: NAMESPACE,
    name: fullname(values),
    maxReplicas: hpa.enabled ? hpa.maxReplicas : 0,
  };
}

/** The start of the names of the application's objects (charts/soc-agent, soc-agent.fullname). */
function fullname({ fullnameOverride: full, nameOverride: own }: ChartOverrides): string {
  if (typeof full === "string" && full !== "") {
    return full;
  }
  return typeof own === "string" && !APPLICATION.includes(own)
    ? `${APPLICATION}-${own}`
    : APPLICATION;
}

function imageValues(images: StackConfig["observability"]["images"]): Values {
  return Object.fromEntries(
    Object.entries(images).map(([part, ref]) => {
      const [named = "", digest = ""] = ref.split("@");
      const { repository, tag } = splitRef(named);
      const [first = "", ...rest] = repository.split("/");
      const isHost = rest.length > 0 && isRegistryHost(first);
      return [
        part,
        {
          registry: isHost ? first : "docker.io",
          repository: isHost ? rest.join("/") : repository,
          tag,
          digest,
        },
      ];
    }),
  );
}

/**
 * References of the stack's images, by part.
 *
 * @param defaults the chart's own images
 */
export function stackImages(
  { observability: { images, mirror } }: StackConfig,
  defaults: ChartImages = ownImages(),
): Record<StackPart, string> {
  const given = imageValues(images);
  const refs = STACK_PARTS.map((part) => {
    const image = mergeValues({ ...defaults[part] }, (given[part] ?? {}) as Values) as ChartImage;
    return [part, imageName(image, mirror)];
  });
  return Object.fromEntries(refs) as Record<StackPart, string>;
}

function ownImages(): ChartImages {
  const values: unknown = parse(fs.readFileSync(path.join(STACK_CHART, "values.yaml"), "utf8"));
  return isMap(values) && isMap(values["images"]) ? values["images"] : {};
}

/**
 * Where the stack's pages are, as outputs: addresses, or the commands that make them reachable.
 *
 * @param url base URL of the dashboard
 */
export function stackPages(
  { auth, observability }: StackConfig,
  target: Parameters<typeof kubectlCommand>[0],
  url: string,
): Record<string, string> {
  const forward = `${kubectlCommand({ ...target, namespace: STACK_NAMESPACE })} port-forward`;
  const page = (name: StackService) => {
    const { port, path } = STACK_SERVICES[name];
    if (auth && name === "prometheus" && observability.expose) {
      // Its own start is no page that can be told from all that is below it: see pagesBehindLogin.
      return `${url}${path}/query`;
    }
    return observability.expose
      ? `${url}${path}/`
      : `${forward} service/${name} ${port}   # http://localhost:${port}${path}/`;
  };
  return Object.fromEntries(PAGES.map((name) => [name, page(name)]));
}
