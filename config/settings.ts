/** What a stack file comes to: the settings that the program works with. */
import type * as pulumi from "@pulumi/pulumi";
import type { Block, ChartSource, Controller } from "./addOns";
import type { Values } from "./values";

/** The parts of the application that have an image of their own. */
export const PARTS = ["backend", "frontend"] as const;
export type Part = (typeof PARTS)[number];

/** Let's Encrypt's directories: https://letsencrypt.org/docs/acme-protocol-updates/ */
export const ISSUERS = {
  /** Has generous rate limits, and certificates that no browser trusts. */
  "letsencrypt-staging": "https://acme-staging-v02.api.letsencrypt.org/directory",
  "letsencrypt-prod": "https://acme-v02.api.letsencrypt.org/directory",
} as const;
export type Issuer = keyof typeof ISSUERS;

/** Names the issuer to cert-manager (https://cert-manager.io/docs/usage/ingress/). */
export const ISSUER_ANNOTATION = "cert-manager.io/cluster-issuer";

/** What a Kind cluster's nodes pull the images of a registry by; one of both at least. */
export interface RegistryMirror {
  /** Base URLs of what is asked first, in this order. */
  readonly mirrors?: readonly string[] | undefined;
  /** Path of a PEM file with the certificate authority of the registry and its mirrors, besides the usual ones. */
  readonly ca?: string | undefined;
}

/** Registries, as image references name them, and what their images are pulled by. */
export type RegistryMirrors = Readonly<Record<string, RegistryMirror>>;

/** A Kind cluster that the stack makes. */
export interface KindSettings {
  readonly kind: "kind";
  readonly name: string;
  readonly workers: number;
  readonly nodeImage: string;
  /** Ports of the loopback interface that reach the ingress controller. */
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly registryMirrors?: RegistryMirrors;
}

/** A cluster that exists and that the stack only deploys to. */
export interface ExistingSettings {
  readonly kind: "existing";
  /** Path of its kubeconfig, absolute. */
  readonly kubeconfig: string;
  readonly context: string;
  /** Whether the context may be a Kind cluster's. */
  readonly allowKind: boolean;
  /** Its Kubernetes version, for what is rendered without it; Helm's own when unset. */
  readonly kubernetesVersion?: string;
}

/** Where a secret of a build is: a file, relative to the project, or a variable of the environment. */
export type BuildSecret = { readonly file: string } | { readonly env: string };

/** An image that the stack builds. */
export interface BuildSettings {
  readonly kind: "build";
  /** Paths relative to the project, so that they are the same on every machine. */
  readonly context: string;
  readonly dockerfile: string;
  /** Values of the Dockerfile's ARGs, by their names. */
  readonly args?: Readonly<Record<string, string>>;
  /** Stage that is built; the last one when unset. */
  readonly target?: string;
  /** What it is built for, such as `linux/amd64`; what the cluster's nodes run when unset. */
  readonly platform?: string;
  /** Secrets by their ids. Only buildx hands them to a build. */
  readonly secrets?: Readonly<Record<string, BuildSecret>>;
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

/** An add-on of the cluster. */
export interface AddOnSettings {
  readonly install: boolean;
  readonly source: ChartSource;
}

/** A path that the smoke check asks for, and what the answer must be. */
export interface SmokeCheck {
  readonly path: string;
  /** Status of the answer. @default 200 */
  readonly status?: number;
  /** Text that is in the answer. */
  readonly contains?: string;
  /** JSON that the answer has at least: of a map these keys, of a list items like these. */
  readonly json?: unknown;
}

/** What the smoke check asks unless told otherwise: the specified routes, and our own dashboard's page. */
export const SMOKE_CHECKS: readonly SmokeCheck[] = [
  { path: "/health", json: { status: "healthy" } },
  { path: "/api/threats", json: [] },
  { path: "/", contains: '<div id="root"' },
];

/** How an `up` asks the application whether it answers. */
export interface SmokeSettings {
  readonly run: boolean;
  /** `host` or `host:port` to ask instead of what the name resolves to. */
  readonly address?: string;
  /** Path of a PEM file with the certificate authority to trust, besides the usual ones. */
  readonly ca?: string;
  /** What to ask. @default {@link SMOKE_CHECKS} */
  readonly checks?: readonly SmokeCheck[];
}

/** What people and machines may do: read; read and decide; send threats. */
export const ROLES = ["reader", "analyst", "ingest"] as const;
export type Role = (typeof ROLES)[number];

/** The parts of the observability stack that have an image of their own. */
export const STACK_PARTS = ["collector", "jaeger", "prometheus", "loki", "grafana"] as const;
export type StackPart = (typeof STACK_PARTS)[number];

/** An observability stack that somebody else keeps. */
export interface ExistingObservability {
  /** Where the backend sends its traces: an http(s) URL that takes OTLP over gRPC. */
  readonly endpoint: string;
  /** Where the dashboard leads from a threat: templates with `{trace_id}` or `{threat_id}`. */
  readonly links: { readonly trace?: string; readonly logs?: string };
}

/** What some blocks of add-ons have besides. */
interface BlockSettings {
  readonly observability: {
    /** Whether `install` is as the stack's file has it. If not, it is a guess until the first `up` has decided. */
    readonly decided: boolean;
    readonly existing?: ExistingObservability;
    /** References of images other than the chart's. */
    readonly images: { readonly [P in StackPart]?: string };
    /** Registry that all of its images come from. */
    readonly mirror?: string;
    /** Whether its pages are reached through the ingress. */
    readonly expose: boolean;
  };
  readonly ingress: {
    readonly controller: Controller;
    /** Name of the IngressClass; the controller's usual one by default. */
    readonly className: string;
    /** Host that the Ingress answers to; the chart's own default when unset. */
    readonly host?: string;
  };
  readonly certManager: {
    readonly issuer: Issuer;
    /** Whom Let's Encrypt tells about certificates; there when it is installed. */
    readonly email?: string;
  };
}

/** The add-ons' settings, by block. */
export type AddOnBlocks = {
  readonly [B in Block]: B extends keyof BlockSettings
    ? AddOnSettings & BlockSettings[B]
    : AddOnSettings;
};

/** Who may use the application: what an OpenID Connect provider says of people. */
export interface LoginSettings {
  /** Address of the provider, as its tokens have it. */
  readonly issuer: string;
  /** By which the provider knows the application. */
  readonly clientId: string;
  /** What the provider is asked for; the chart's default when unset. */
  readonly scope?: string;
  /** Claim with a user's groups or roles; the chart's default when unset. */
  readonly rolesClaim?: string;
  /** Values of that claim that give a role; the chart's default where unset. */
  readonly roles: { readonly [R in Role]?: readonly string[] };
  /** Path of a PEM file with the certificate authority that signed the provider's certificate. */
  readonly ca?: string;
  /** The secret that the provider shares with the application; there when the login is deployed. */
  readonly clientSecret?: pulumi.Output<string>;
}

/** Everything the program reads from `Pulumi.<stack>.yaml`. No other file reads configuration. */
export interface StackConfig extends AddOnBlocks {
  readonly cluster: KindSettings | ExistingSettings;
  readonly images: Readonly<Record<Part, BuildSettings | RefSettings>>;
  /** Whose credentials push images, instead of Docker's own login, and pull them, instead of the nodes'. */
  readonly registry: { readonly push?: RegistryLogin; readonly pull?: RegistryLogin };
  /** Seconds until a Helm release counts as failed whose pods are not ready; one that never can be fails sooner. */
  readonly timeout: number;
  /** Whether the application is rolled back when it does not become ready. */
  readonly rollback: boolean;
  readonly smokeCheck: SmokeSettings;
  /** Without it everybody who reaches the application may use it. */
  readonly auth?: LoginSettings;
  /** Key for the model provider; agents use their rules without it. */
  readonly openaiApiKey?: pulumi.Output<string>;
  /** Chart values, merged over what the program computes. */
  readonly values: Values;
}
