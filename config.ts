/** The one place that reads stack configuration: typed, defaulted, and checked as a whole. */
import * as fs from "node:fs";
import * as path from "node:path";
import { closest } from "fastest-levenshtein";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

/** A JSON-like object, as stack files and Helm values hold. */
export type Values = { readonly [key: string]: unknown };

const PROJECT = "soc-agent";

/** The parts of the application that have an image of their own. */
export const PARTS = ["backend", "frontend"] as const;
export type Part = (typeof PARTS)[number];

/** The ingress controllers that a Kind cluster can have, the default first. */
export const CONTROLLERS = ["ingress-nginx", "traefik"] as const;
export type Controller = (typeof CONTROLLERS)[number];

/**
 * A leaf of the configuration.
 *
 * @param expected what the value must be, as it reads after "must be"
 * @param fits whether a value is that
 */
function leaf<T>(expected: string, fits: (value: unknown) => boolean) {
  return z.custom<T>(fits, { error: ({ input }) => `must be ${expected}, got ${show(input)}` });
}

const text = (pattern: RegExp, expected: string) =>
  leaf<string>(expected, (value) => typeof value === "string" && pattern.test(value));

const between = (min: number, max: number, what: string) =>
  leaf<number>(
    `${what} from ${min} to ${max}`,
    (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
  );

const oneOf = <T extends string>(known: readonly T[]) =>
  leaf<T>(`one of ${known.join(", ")}`, (value) => known.some((one) => one === value));

const flag = leaf<boolean>("true or false", (value) => typeof value === "boolean");
const nonEmpty = text(/\S/, "a text that is not empty");
const port = between(1, 65_535, "a port number");
// The rules for names are kind's (pkg/internal/apis/config/validate.go); the length keeps
// `<name>-control-plane` within a host name's 63 characters.
const clusterName = text(
  /^[a-z0-9][a-z0-9.-]{0,47}$/,
  "a name of lower-case letters, digits, dots and dashes, at most 48 long, such as soc-demo",
);
// The grammar of references is the distribution project's (reference/regexp.go), a little tightened.
const REPOSITORY = String.raw`(?:[A-Za-z0-9][A-Za-z0-9.-]*(?::\d+)?/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*`;
const repository = text(
  new RegExp(`^${REPOSITORY}$`),
  "an image repository without a tag, such as gcr.io/my-project/soc-backend",
);
const imageRef = text(
  new RegExp(String.raw`^${REPOSITORY}(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`),
  "an image reference such as gcr.io/my-project/soc-backend:2.0.0, without spaces",
);
const hostName = text(
  /^(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/,
  "a host name such as soc.example.com",
);
const url = text(
  /^(?:https?|oci):\/\/\S+$/,
  "the URL of a chart repository, such as https://charts.example.com",
);

/** Where an add-on's chart comes from. Everything that is downloaded can come from a mirror instead. */
const addOn = {
  install: flag.optional(),
  chart: nonEmpty.optional(),
  repo: url.optional(),
  version: nonEmpty.optional(),
};

const address = text(
  /^(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/,
  "an address such as 203.0.113.7 or 203.0.113.7:443",
);
const email = text(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "an e-mail address");

/** Let's Encrypt's directories: https://letsencrypt.org/docs/acme-protocol-updates/ */
export const ISSUERS = {
  /** Has generous rate limits, and certificates that no browser trusts. */
  "letsencrypt-staging": "https://acme-staging-v02.api.letsencrypt.org/directory",
  "letsencrypt-prod": "https://acme-v02.api.letsencrypt.org/directory",
} as const;
export type Issuer = keyof typeof ISSUERS;
const issuer = oneOf(Object.keys(ISSUERS) as Issuer[]);

/** Names the issuer to cert-manager (https://cert-manager.io/docs/usage/ingress/). */
export const ISSUER_ANNOTATION = "cert-manager.io/cluster-issuer";

const image = z.strictObject({
  context: nonEmpty.optional(),
  dockerfile: nonEmpty.optional(),
  repository: repository.optional(),
  ref: imageRef.optional(),
});

const schema = z.strictObject({
  cluster: z
    .strictObject({
      kind: z
        .strictObject({
          name: clusterName.optional(),
          workers: between(1, 9, "a whole number").optional(),
          nodeImage: imageRef.optional(),
          httpPort: port.optional(),
          httpsPort: port.optional(),
        })
        .optional(),
      existing: z
        .strictObject({ kubeconfig: nonEmpty, context: nonEmpty, allowKind: flag.optional() })
        .optional(),
    })
    .optional(),
  images: z
    .strictObject({
      registry: repository.optional(),
      pushUsername: nonEmpty.optional(),
      pullUsername: nonEmpty.optional(),
      backend: image.optional(),
      frontend: image.optional(),
    })
    .optional(),
  ingress: z
    .strictObject({
      controller: oneOf(CONTROLLERS).optional(),
      ...addOn,
      className: nonEmpty.optional(),
      host: hostName.optional(),
    })
    .optional(),
  metricsServer: z.strictObject(addOn).optional(),
  timeout: between(10, 3600, "a whole number of seconds").optional(),
  certManager: z
    .strictObject({ ...addOn, email: email.optional(), issuer: issuer.optional() })
    .optional(),
  smokeCheck: z
    .strictObject({ run: flag.optional(), address: address.optional(), ca: nonEmpty.optional() })
    .optional(),
  openaiApiKey: z.unknown().optional(),
  registryPushPassword: z.unknown().optional(),
  registryPullPassword: z.unknown().optional(),
  values: leaf<Values>("a map of chart values", isMap).optional(),
});

type Input = z.infer<typeof schema>;

/** Keys that are held as secrets. */
const SECRETS = ["openaiApiKey", "registryPushPassword", "registryPullPassword"] as const;
type Secrets = { readonly [key in (typeof SECRETS)[number]]?: pulumi.Output<string> };

/** A Kind cluster that the stack makes. */
export interface KindSettings {
  readonly kind: "kind";
  readonly name: string;
  readonly workers: number;
  readonly nodeImage: string;
  /** Ports of the loopback interface that reach the ingress controller. */
  readonly httpPort: number;
  readonly httpsPort: number;
}

/** A cluster that exists and that the stack only deploys to. */
export interface ExistingSettings {
  readonly kind: "existing";
  /** Path of its kubeconfig, absolute. */
  readonly kubeconfig: string;
  readonly context: string;
  /** Whether the context may be a Kind cluster's. */
  readonly allowKind: boolean;
}

/** An image that the stack builds. */
export interface BuildSettings {
  readonly kind: "build";
  /** Paths relative to the project, so that they are the same on every machine. */
  readonly context: string;
  readonly dockerfile: string;
  /** Repository without a tag. */
  readonly repository: string;
  /** Whether the image is pushed to its registry, instead of loaded into the cluster's nodes. */
  readonly push: boolean;
}

/** An image that was built elsewhere. */
export interface RefSettings {
  readonly kind: "ref";
  readonly ref: string;
}

/** Credentials for a registry. */
export interface RegistryLogin {
  /** As Docker's own configuration names it, such as `gcr.io`. */
  readonly server: string;
  readonly username: string;
  readonly password: pulumi.Output<string>;
}

/** Which chart to install, and from where. */
export interface ChartSource {
  readonly chart: string;
  readonly repo?: string;
  readonly version?: string;
}

/** An add-on of the cluster. */
export interface AddOnSettings {
  readonly install: boolean;
  readonly source: ChartSource;
}

/** How an `up` asks the application whether it answers. */
export interface SmokeSettings {
  readonly run: boolean;
  /** `host` or `host:port` to ask instead of what the name resolves to. */
  readonly address?: string;
  /** Path of a PEM file with the certificate authority to trust, besides the usual ones. */
  readonly ca?: string;
}

/** Everything the program reads from `Pulumi.<stack>.yaml`. No other file reads configuration. */
export interface StackConfig {
  readonly cluster: KindSettings | ExistingSettings;
  readonly images: Readonly<Record<Part, BuildSettings | RefSettings>>;
  /** Whose credentials push images, instead of Docker's own login, and pull them, instead of the nodes'. */
  readonly registry: { readonly push?: RegistryLogin; readonly pull?: RegistryLogin };
  readonly ingress: AddOnSettings & {
    readonly controller: Controller;
    /** Name of the IngressClass; the controller's usual one by default. */
    readonly className: string;
    /** Host that the Ingress answers to; the chart's own default when unset. */
    readonly host?: string;
  };
  readonly metricsServer: AddOnSettings;
  /** Seconds until a Helm release counts as failed whose pods are not ready. */
  readonly timeout: number;
  readonly certManager: AddOnSettings & {
    readonly issuer: Issuer;
    /** Whom Let's Encrypt tells about certificates; there when it is installed. */
    readonly email?: string;
  };
  readonly smokeCheck: SmokeSettings;
  /** Key for the model provider; agents use their rules without it. */
  readonly openaiApiKey?: pulumi.Output<string>;
  /** Chart values, merged over what the program computes. */
  readonly values: Values;
}

/** The node image of kind 0.33.0, by digest so that every machine boots the same Kubernetes. */
export const DEFAULT_NODE_IMAGE =
  "kindest/node:v1.37.0@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5";

/** What a controller brings by default: its chart, and the name that its users know its IngressClass by. */
const INGRESS: Readonly<
  Record<Controller, { readonly source: Required<ChartSource>; readonly className: string }>
> = {
  "ingress-nginx": {
    source: {
      chart: "ingress-nginx",
      repo: "https://kubernetes.github.io/ingress-nginx",
      version: "4.15.1",
    },
    className: "nginx",
  },
  traefik: {
    source: { chart: "traefik", repo: "https://traefik.github.io/charts", version: "41.3.0" },
    className: "traefik",
  },
};
const METRICS_SERVER: Required<ChartSource> = {
  chart: "metrics-server",
  repo: "https://kubernetes-sigs.github.io/metrics-server",
  version: "3.13.0",
};
const CERT_MANAGER: Required<ChartSource> = {
  chart: "cert-manager",
  repo: "https://charts.jetstack.io",
  version: "v1.21.2",
};

/**
 * Reads, defaults and checks the stack's configuration.
 *
 * @throws `pulumi.RunError`, which Pulumi prints without a stack trace, with every problem at once
 */
export function loadConfig(): StackConfig {
  const raw = Object.fromEntries(
    Object.entries(pulumi.runtime.allConfig())
      .filter(([key]) => key.startsWith(`${PROJECT}:`))
      .map(([key, value]) => [key.slice(PROJECT.length + 1), parseValue(value)]),
  );
  const problems = findProblems(raw, { exists: fs.existsSync, isSecret });
  if (problems.length > 0) {
    throw configError(problems);
  }
  const config = new pulumi.Config(PROJECT);
  const secrets = SECRETS.map((name) => [name, config.getSecret(name)] as const);
  return withDefaults(raw, Object.fromEntries(secrets.filter(([, value]) => value)));
}

/** The error that lists problems of the stack's configuration. */
export function configError(problems: readonly string[]): pulumi.RunError {
  const file = `Pulumi.${pulumi.getStack()}.yaml`;
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return refusal(`${file} has ${count}:`, problems);
}

/** An error that lists problems, and that Pulumi prints without a stack trace. */
export function refusal(title: string, problems: readonly string[]): pulumi.RunError {
  const error = new pulumi.RunError([title, ...problems].join("\n  - "));
  // Its readers need the list and not our call frames. Besides, Pulumi inspects every stack, and
  // Node.js 20's util.inspect takes ten seconds over a frame such as node_modules/@pulumi/resource.ts:1.
  error.stack = "";
  return error;
}

/** What rules ask of the world outside the configuration, so that they can be tested as pure functions. */
export interface Surroundings {
  /** Whether a path, relative to the project, names something. */
  readonly exists: (file: string) => boolean;
  /** Whether a top-level key is held as a secret. */
  readonly isSecret: (name: string) => boolean;
}

/**
 * Checks a configuration as it stands in the stack file.
 *
 * @returns one line per problem: the key, what it must be, what it is, what to do; none when it is fine
 */
export function findProblems(raw: Values, surroundings: Surroundings): string[] {
  const parsed = schema.safeParse(raw, { reportInput: true });
  if (!parsed.success) {
    return parsed.error.issues.flatMap(describeIssue);
  }
  return [
    ...clusterProblems(parsed.data),
    ...secretProblems(parsed.data, surroundings),
    ...registryProblems(parsed.data),
    ...certManagerProblems(parsed.data),
    ...smokeProblems(parsed.data, surroundings),
    ...PARTS.flatMap((part) => imageProblems(part, parsed.data, surroundings)),
  ];
}

/** Fills in what a configuration without problems leaves out. */
export function withDefaults(input: Input, secrets: Secrets = {}): StackConfig {
  const { existing, kind } = input.cluster ?? {};
  const onKind = existing === undefined;
  const { controller = CONTROLLERS[0], host } = input.ingress ?? {};
  const usual = INGRESS[controller];
  const { certManager, smokeCheck } = input;
  const { openaiApiKey, registryPushPassword, registryPullPassword } = secrets;
  const push = registryLogin(input, input.images?.pushUsername, registryPushPassword);
  const pull = registryLogin(input, input.images?.pullUsername, registryPullPassword);
  return {
    cluster: existing
      ? {
          kind: "existing",
          kubeconfig: path.resolve(expandHome(existing.kubeconfig)),
          context: existing.context,
          allowKind: existing.allowKind ?? false,
        }
      : {
          kind: "kind",
          name: kind?.name ?? "soc-demo",
          workers: kind?.workers ?? 2,
          nodeImage: kind?.nodeImage ?? DEFAULT_NODE_IMAGE,
          httpPort: kind?.httpPort ?? 8080,
          httpsPort: kind?.httpsPort ?? 8443,
        },
    images: {
      backend: imageSettings("backend", input),
      frontend: imageSettings("frontend", input),
    },
    registry: { ...(push && { push }), ...(pull && { pull }) },
    ingress: {
      controller,
      ...addOnSettings(input.ingress, usual.source, onKind),
      className: input.ingress?.className ?? usual.className,
      ...(host !== undefined && { host }),
    },
    metricsServer: addOnSettings(input.metricsServer, METRICS_SERVER, onKind),
    // Twenty pods are replaced one after the other, on nodes that may have to be added first.
    timeout: input.timeout ?? (onKind ? 300 : 900),
    certManager: {
      ...addOnSettings(certManager, CERT_MANAGER, false),
      issuer: certManager?.issuer ?? "letsencrypt-staging",
      ...(certManager?.email && { email: certManager.email }),
    },
    smokeCheck: { ...smokeCheck, run: smokeCheck?.run ?? true },
    ...(openaiApiKey && { openaiApiKey }),
    values: input.values ?? {},
  };
}

function imageSettings(part: Part, { images }: Input): BuildSettings | RefSettings {
  const given = images?.[part] ?? {};
  if (given.ref !== undefined) {
    return { kind: "ref", ref: given.ref };
  }
  const context = given.context ?? part;
  const name = `soc-${part}`;
  const registry = images?.registry;
  return {
    kind: "build",
    context,
    dockerfile: given.dockerfile ?? path.join(context, "Dockerfile"),
    repository: given.repository ?? (registry ? `${registry}/${name}` : name),
    push: registry !== undefined,
  };
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
  const isHost = /[.:]/.test(host) || host === "localhost";
  return isHost && host !== "docker.io" ? host : "https://index.docker.io/v1/";
}

/** An own chart (a folder or a mirror) brings its own version; the default's pin is for the default's chart. */
function addOnSettings(
  given: z.infer<z.ZodObject<typeof addOn>> | undefined,
  usual: Required<ChartSource>,
  install: boolean,
): AddOnSettings {
  const { chart = usual.chart, version } = given ?? {};
  const ownChart = chart !== usual.chart;
  const repo = given?.repo ?? (ownChart ? undefined : usual.repo);
  const pinned = version ?? (ownChart ? undefined : usual.version);
  return {
    install: given?.install ?? install,
    source: { chart, ...(repo && { repo }), ...(pinned && { version: pinned }) },
  };
}

function clusterProblems({ cluster, ingress }: Input): string[] {
  const problems: string[] = [];
  const { kind, existing } = cluster ?? {};
  if (kind && existing) {
    problems.push(
      `${key("cluster")}: must have either "kind" or "existing", got both. Remove the one that is not meant`,
    );
  }
  if (existing && ingress?.install) {
    problems.push(
      `${key("ingress.install")}: must be false for an existing cluster, got true: it is made for Kind, with the host ports of one node. Install a controller that fits the cluster, and set ingress.className to its class`,
    );
  }
  const { httpPort = 8080, httpsPort = 8443 } = kind ?? {};
  if (httpPort === httpsPort) {
    problems.push(
      `${key("cluster.kind.httpsPort")}: must differ from httpPort, got ${httpsPort} for both. Set one of them to a free port`,
    );
  }
  return problems;
}

function secretProblems(input: Input, { isSecret }: Surroundings): string[] {
  return SECRETS.filter((name) => input[name] !== undefined && !isSecret(name)).map(
    // The value itself must not be printed.
    (name) =>
      `${key(name)}: must be a secret, got plain text. Remove it and run: pulumi config set --secret ${name}`,
  );
}

function registryProblems(input: Input): string[] {
  return (["push", "pull"] as const).flatMap((use) => {
    const username = `${use}Username` as const;
    const secret = use === "push" ? "registryPushPassword" : "registryPullPassword";
    const name = input.images?.[username];
    if (name === undefined && input[secret] === undefined) {
      return [];
    }
    if (name === undefined) {
      return [
        `${key(`images.${username}`)}: must be set beside ${secret}, got nothing. Set the name that the password belongs to`,
      ];
    }
    if (input[secret] === undefined) {
      return [
        `${key(secret)}: must be set beside images.${username}, got nothing. Run: pulumi config set --secret ${secret}`,
      ];
    }
    return input.images?.registry === undefined
      ? [
          `${key("images.registry")}: must be set beside images.${username}, got nothing. Set the registry that ${show(name)} logs in to`,
        ]
      : [];
  });
}

function certManagerProblems({ certManager, values }: Input): string[] {
  if (!certManager?.install) {
    return [];
  }
  const problems: string[] = [];
  if (certManager.email === undefined) {
    problems.push(
      `${key("certManager.email")}: must be set to install cert-manager, got nothing. Set the address that Let's Encrypt may write to`,
    );
  }
  const ingress = isMap(values?.["ingress"]) ? values["ingress"] : {};
  const annotations = isMap(ingress["annotations"]) ? ingress["annotations"] : {};
  const asked = annotations[ISSUER_ANNOTATION];
  const { issuer = "letsencrypt-staging" } = certManager;
  if (asked !== undefined && asked !== issuer) {
    problems.push(
      `${key("certManager.issuer")}: must be the issuer that values.ingress.annotations asks, which is ${show(asked)}, got ${show(issuer)}. Give both the same: no certificate would ever come`,
    );
  }
  return problems;
}

function smokeProblems({ smokeCheck }: Input, { exists }: Surroundings): string[] {
  const ca = smokeCheck?.ca;
  return ca === undefined || exists(ca)
    ? []
    : [
        `${key("smokeCheck.ca")}: must be a PEM file, got ${show(ca)}, which does not exist. The path is relative to the project`,
      ];
}

/** The engine names the secret keys here; the SDK has no public function that tells. */
function isSecret(name: string): boolean {
  const keys: unknown = JSON.parse(process.env["PULUMI_CONFIG_SECRET_KEYS"] ?? "[]");
  return Array.isArray(keys) && keys.includes(key(name));
}

function imageProblems(part: Part, input: Input, { exists }: Surroundings): string[] {
  const given = input.images?.[part];
  const at = `images.${part}`;
  if (given?.ref !== undefined) {
    const beside = (["context", "dockerfile", "repository"] as const)
      .filter((other) => given[other] !== undefined)
      .map(
        (other) =>
          `${key(`${at}.${other}`)}: has no use beside "ref", got ${show(given[other])}. Remove it, or remove "ref" to build the image here`,
      );
    return [...beside, ...digestProblems(`${at}.ref`, given.ref, input)];
  }
  const onRegistryNeeded = input.cluster?.existing && !input.images?.registry;
  if (onRegistryNeeded) {
    return [
      `${key("images.registry")}: must be set for an existing cluster, got nothing. Set the registry that ${part}'s image is pushed to, or ${at}.ref to an image built elsewhere`,
    ];
  }
  const settings = imageSettings(part, input);
  if (settings.kind === "ref") {
    return [];
  }
  if (!exists(settings.context)) {
    return [
      `${key(`${at}.context`)}: must be a folder with a Dockerfile, got ${show(settings.context)}, which does not exist. The path is relative to the project`,
    ];
  }
  if (!exists(settings.dockerfile)) {
    return [
      `${key(`${at}.dockerfile`)}: must be a Dockerfile, got ${show(settings.dockerfile)}, which does not exist. The path is relative to the project, not to the context`,
    ];
  }
  return [];
}

/** In production a reference means one image: a tag can be another one tomorrow, or on the next node. */
function digestProblems(at: string, ref: string, { cluster }: Input): string[] {
  return cluster?.existing === undefined || ref.includes("@")
    ? []
    : [
        `${key(at)}: must name a digest for an existing cluster (repository:tag@sha256:...), got ${show(ref)}, which can be another image tomorrow. Find the digest with: docker buildx imagetools inspect ${ref}`,
      ];
}

/** The parts of a zod issue that are turned into text. */
type Issue = z.core.$ZodIssue;

function describeIssue(issue: Issue): string[] {
  const at = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((unknown) => {
      const known = knownKeys(issue.path);
      const where = at === "" ? unknown : `${at}.${unknown}`;
      return `${key(where)}: is not a key. Did you mean "${closest(unknown, known)}"? Known here: ${known.join(", ")}`;
    });
  }
  if (issue.code === "invalid_type") {
    const known = knownKeys(issue.path).join(", ");
    return [`${key(at)}: must be a map, got ${show(issue.input)}. Known keys: ${known}`];
  }
  return [`${key(at)}: ${issue.message}`];
}

/** The keys that the schema knows at a path. */
function knownKeys(at: readonly PropertyKey[]): string[] {
  let node: unknown = schema;
  for (const step of at) {
    node = unwrap(node);
    node = node instanceof z.ZodObject ? node.shape[String(step)] : undefined;
  }
  node = unwrap(node);
  return node instanceof z.ZodObject ? Object.keys(node.shape) : [];
}

function unwrap(node: unknown): unknown {
  return node instanceof z.ZodOptional ? node.unwrap() : node;
}

/** Pulumi hands objects over as JSON and texts as they are. */
function parseValue(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function expandHome(file: string): string {
  return file.replace(/^~(?=\/|$)/, process.env["HOME"] ?? "~");
}

/** A key as it stands in the stack file. */
function key(at: string): string {
  return `${PROJECT}:${at}`;
}

/** A value as an error names it: short, on one line. */
export function show(value: unknown): string {
  const shown = value === undefined ? "nothing" : JSON.stringify(value);
  return shown.length > 80 ? `${shown.slice(0, 77)}...` : shown;
}

/** Whether a value is a map, not a list or a scalar. */
export function isMap(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Merges maps the way Helm merges values files: maps key by key, anything else replaced.
 *
 * @returns a new map; neither argument is changed
 */
export function mergeValues(base: Values, over: Values): Values {
  const merged: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const before = merged[name];
    merged[name] = isMap(before) && isMap(value) ? mergeValues(before, value) : value;
  }
  return merged;
}
