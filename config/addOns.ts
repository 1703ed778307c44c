/**
 * The catalogue: what the stack can add to a cluster. Configuration, schema, defaults, what is fetched and
 * removed, and the documents follow from it. A new add-on is a row here, a component in components/addOns,
 * and its line in components/addOns/addOns.ts, which the compiler asks for.
 */

/** Which chart to install, and from where. */
export interface ChartSource {
  /** A name in the repository, a folder or an archive. */
  readonly chart: string;
  readonly repo?: string;
  readonly version?: string;
}

/** An add-on. Its key in the catalogue is its name, and its release's. */
export interface AddOn {
  /** Block of the stack file that configures it. The first of those that share one is the block's default. */
  readonly block: string;
  /** What it is for, as the documents say it. */
  readonly purpose: string;
  /** Namespace of its release. One that has the add-on's own name goes when the add-on goes. */
  readonly namespace: string;
  /** Namespace of those of its pods that Pod Security would refuse beside the others. */
  readonly agents?: string;
  /** The chart that it comes from by default. */
  readonly source: ChartSource;
  /** Of an ingress controller: the name that its users know its IngressClass by. */
  readonly className?: string;
  /** Whether a Kind cluster gets it unless told otherwise; an existing cluster does not. */
  readonly onKind: boolean;
}

/** The add-ons, in the order in which they are wanted: it stands in every stack's state. */
export const ADD_ONS = {
  "ingress-nginx": {
    block: "ingress",
    purpose: "the ingress controller",
    namespace: "ingress-nginx",
    source: {
      chart: "ingress-nginx",
      repo: "https://kubernetes.github.io/ingress-nginx",
      version: "4.15.1",
    },
    className: "nginx",
    onKind: true,
  },
  traefik: {
    block: "ingress",
    purpose: "the ingress controller",
    namespace: "traefik",
    source: { chart: "traefik", repo: "https://traefik.github.io/charts", version: "41.3.0" },
    className: "traefik",
    onKind: true,
  },
  "metrics-server": {
    block: "metricsServer",
    purpose: "metrics-server, which the HPA decides by",
    namespace: "kube-system",
    source: {
      chart: "metrics-server",
      repo: "https://kubernetes-sigs.github.io/metrics-server",
      version: "3.13.0",
    },
    onKind: true,
  },
  "cert-manager": {
    block: "certManager",
    purpose: "cert-manager and a ClusterIssuer of Let's Encrypt",
    namespace: "cert-manager",
    source: {
      chart: "cert-manager",
      repo: "https://charts.jetstack.io",
      version: "v1.21.2",
    },
    onKind: false,
  },
  observability: {
    block: "observability",
    purpose: "the observability stack: OpenTelemetry Collector, Jaeger, Prometheus, Loki, Grafana",
    namespace: "monitoring",
    agents: "monitoring-agents",
    source: { chart: "./charts/observability" },
    onKind: true,
  },
} as const satisfies Readonly<Record<string, AddOn>>;

type Catalogue = typeof ADD_ONS;

/** Name of an add-on. */
export type AddOnName = keyof Catalogue;

/** Block of the stack file that configures add-ons. */
export type Block = Catalogue[AddOnName]["block"];

/** Block whose chart lies in the project, and comes from nowhere else. */
export type OwnBlock = {
  [Name in AddOnName]: Catalogue[Name]["source"] extends { readonly repo: string }
    ? never
    : Catalogue[Name]["block"];
}[AddOnName];

/** The add-ons of a block. */
export type NameIn<B extends Block> = {
  [Name in AddOnName]: Catalogue[Name]["block"] extends B ? Name : never;
}[AddOnName];

/** An ingress controller that a Kind cluster can have. */
export type Controller = NameIn<"ingress">;

/** The names of the add-ons, in the catalogue's order. */
export const ADD_ON_NAMES = Object.keys(ADD_ONS) as readonly AddOnName[];

/** The blocks, in the catalogue's order. */
export const BLOCKS: readonly Block[] = [
  ...new Set(ADD_ON_NAMES.map((name) => ADD_ONS[name].block)),
];

/** The ingress controllers, the default first. */
export const CONTROLLERS = namesIn("ingress");

/** An add-on's row. */
export function rowOf(name: AddOnName): AddOn {
  return ADD_ONS[name];
}

/** The add-ons of a block, its default first. */
export function namesIn<B extends Block>(block: B): readonly [NameIn<B>, ...NameIn<B>[]] {
  // Every block has a row that names it.
  return ADD_ON_NAMES.filter((name) => ADD_ONS[name].block === block) as [
    NameIn<B>,
    ...NameIn<B>[],
  ];
}

/** Something for each block. */
export function perBlock<T>(make: (block: Block) => T): Readonly<Record<Block, T>> {
  return Object.fromEntries(BLOCKS.map((block) => [block, make(block)])) as Record<Block, T>;
}

/** What decides which add-ons a cluster gets. */
type Wishes = Readonly<Record<Block, { readonly install: boolean }>> & Choice;

/** What chooses among add-ons that share a block. */
interface Choice {
  readonly ingress: { readonly controller: Controller };
}

/** The add-on of a block. Of those that share `ingress` its `controller` is meant. */
export function addOnOf(block: Block, { ingress }: Choice): AddOnName {
  return block === "ingress" ? ingress.controller : namesIn(block)[0];
}

/** The blocks whose add-on a configuration wants. */
export function wantedBlocks(config: Wishes): Block[] {
  return BLOCKS.filter((block) => config[block].install);
}

/** The add-ons that a configuration wants. */
export function wantedAddOns(config: Wishes): AddOnName[] {
  return wantedBlocks(config).map((block) => addOnOf(block, config));
}
