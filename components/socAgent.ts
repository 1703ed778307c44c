import * as local from "@pulumi/command/local";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { mergeValues, type RegistryLogin, type SmokeSettings, type Values } from "../config";
import { MAX_HISTORY } from "./addOn";
import { CHART, chartDigest } from "./chart";
import { redisPassword } from "./redisPassword";
import { releaseHooks, type Waiting } from "./releaseWatch";

/** Inputs of {@link SocAgent}. */
export interface SocAgentArgs {
  /** Namespace that the stack makes for the application. */
  readonly namespace: string;
  /** Chart values, checked; see {@link chartValues}. They may hold outputs. */
  readonly values: Values;
  /** Key for the model provider. It goes into a Secret, never through Helm's values. */
  readonly openaiApiKey?: pulumi.Output<string>;
  /** Whether a failed install or upgrade is rolled back. Without it the failed pods stay, to be looked at. */
  readonly atomic: boolean;
  /** How the application's pods are awaited. */
  readonly waiting: Waiting;
  /** Base URL of the dashboard, such as `http://localhost:8080`, for the smoke check. */
  readonly url: string;
  /** Who pulls the images. It goes into a Secret; the nodes' own credentials are used when unset. */
  readonly pull?: RegistryLogin;
  readonly smoke: SmokeSettings & {
    /** Whether the certificate is one that nobody trusts, as those of a staging issuer. */
    readonly untrusted: boolean;
  };
  /** What must stand before the application can be reached: the ingress controller. */
  readonly entry: readonly pulumi.Resource[];
}

/** The application: its namespace, its secret, its release, and the proof that it answers. */
export class SocAgent extends pulumi.ComponentResource {
  /** Revision of the release. */
  public readonly revision: pulumi.Output<number>;

  constructor(name: string, args: SocAgentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("soc:index:SocAgent", name, {}, opts);
    const inside = { parent: this };

    const namespace = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      { metadata: { name: args.namespace, labels: podSecurity("restricted") } },
      inside,
    );
    const secret = (role: string, args: k8s.core.v1.SecretArgs) =>
      new k8s.core.v1.Secret(
        `${name}-${role}`,
        { metadata: { namespace: namespace.metadata.name }, ...args },
        inside,
      ).metadata.name;
    const { openaiApiKey, pull } = args;
    const secrets: Values = {
      ...redisPassword(`${name}-redis`, args.values, namespace.metadata.name, inside),
      ...(openaiApiKey && {
        openai: {
          existingSecret: secret("openai", { stringData: { OPENAI_API_KEY: openaiApiKey } }),
        },
      }),
      ...(pull && {
        imagePullSecrets: [
          ...listOf(args.values["imagePullSecrets"]),
          { name: secret("registry", pullSecret(pull)) },
        ],
      }),
    };

    const release = new k8s.helm.v3.Release(
      `${name}-release`,
      {
        name: "soc-agent",
        namespace: namespace.metadata.name,
        chart: CHART,
        // An edit of a template changes no other input, and would not be seen (pulumi-kubernetes#2568).
        description: `chart ${chartDigest(CHART)}`,
        values: { ...mergeValues(args.values, secrets) },
        atomic: args.atomic,
        maxHistory: MAX_HISTORY,
        timeout: args.waiting.timeout,
      },
      { ...inside, hooks: releaseHooks(`${name}-release`, args.waiting, args.namespace) },
    );
    this.revision = release.status.revision;

    if (args.smoke.run) {
      new local.Command(
        `${name}-smoke`,
        {
          create: "exec node --require tsx/cjs scripts/smoke.ts",
          // Asked again after every change of the release.
          environment: {
            ...smokeEnvironment(args),
            RELEASE_REVISION: pulumi.interpolate`${this.revision}`,
          },
          addPreviousOutputInEnv: false,
        },
        { ...inside, dependsOn: [release, ...args.entry] },
      );
    }
    this.registerOutputs({ revision: this.revision });
  }
}

function smokeEnvironment({
  waiting,
  url,
  namespace,
  smoke,
}: SocAgentArgs): Record<string, string> {
  const { kubeconfigFile, context } = waiting.credentials;
  return {
    BASE_URL: url,
    KUBECONFIG: kubeconfigFile,
    KUBE_CONTEXT: context ?? "",
    NAMESPACE: namespace,
    ...(smoke.address && { ADDRESS: smoke.address }),
    ...(smoke.ca && { CA_FILE: smoke.ca }),
    ...(smoke.untrusted && { UNTRUSTED: "true" }),
  };
}

/** A Secret that the kubelet logs in to a registry with. */
function pullSecret({ server, username, password }: RegistryLogin): k8s.core.v1.SecretArgs {
  const config = password.apply((password) =>
    JSON.stringify({ auths: { [server]: { username, password } } }),
  );
  return { type: "kubernetes.io/dockerconfigjson", stringData: { ".dockerconfigjson": config } };
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Namespace labels that make the API server hold every pod to a Pod Security level. */
function podSecurity(level: "restricted"): Record<string, string> {
  return Object.fromEntries(
    ["enforce", "audit", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, level]),
  );
}
