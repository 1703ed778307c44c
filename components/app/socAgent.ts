import * as local from "@pulumi/command/local";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { LoginSettings, RegistryLogin } from "../../config/settings";
import { hasNull } from "../../config/values";
import { APPLICATION } from "../../plan/access";
import { CHART, type ChartOverrides } from "../../plan/chart";
import { chartDigest } from "../../plan/chartDigest";
import { NAMESPACE_LABELS } from "../../plan/namespaces";
import { MAX_HISTORY } from "../../plan/releases";
import { withSecrets } from "../../plan/secrets";
import { targetVariables, type SmokeTarget } from "../../plan/smokeTarget";
import { loginSecrets } from "./loginSecrets";
import { redisPassword } from "./redisPassword";
import { secretName } from "./secret";
import { awaitReadiness, UNAWAITED } from "../readiness";
import type { Waiting } from "../releaseWatch";

/** Inputs of {@link SocAgent}. */
export interface SocAgentArgs {
  /** Namespace that the stack makes for the application. */
  readonly namespace: string;
  /** Chart values, checked; see {@link chartValues}. */
  readonly values: ChartOverrides;
  /** Key for the model provider. It goes into a Secret, never through Helm's values. */
  readonly openaiApiKey?: pulumi.Output<string>;
  /** Who may use it; everybody who reaches it when unset. */
  readonly auth?: LoginSettings;
  /** Whether an install or upgrade is rolled back whose pods do not become ready. Else they stay, to be looked at. */
  readonly rollback: boolean;
  /** How the application's pods are awaited. */
  readonly waiting: Waiting;
  /** Who pulls the images. It goes into a Secret; the nodes' own credentials are used when unset. */
  readonly pull?: RegistryLogin;
  /** What the smoke check asks; there is none when unset. */
  readonly smoke?: SmokeTarget;
  /** What must stand before the application can be reached: the ingress controller. */
  readonly entry: readonly pulumi.Resource[];
}

/** The application: its namespace, its secret, its release, and the proof that it answers. */
export class SocAgent extends pulumi.ComponentResource {
  /** Revision of the release. */
  public readonly revision: pulumi.Output<number>;
  /** Namespace of the application, which is there before the application is. */
  public readonly namespace: pulumi.Resource;
  /** Known once the application answers; where nothing asks it, once its pods are ready. */
  public readonly served: pulumi.Output<unknown>;

  constructor(name: string, args: SocAgentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("soc:index:SocAgent", name, {}, opts);
    const inside = { parent: this };

    const namespace = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      { metadata: { name: args.namespace, labels: NAMESPACE_LABELS } },
      inside,
    );
    this.namespace = namespace;
    const secret = (role: string, content: k8s.core.v1.SecretArgs) =>
      secretName(`${name}-${role}`, namespace.metadata.name, content, inside);
    const { auth, openaiApiKey, pull } = args;
    const values = withSecrets(args.values, {
      redis: redisPassword(`${name}-redis`, args.values, namespace.metadata.name, inside),
      login: auth && loginSecrets(name, auth, namespace.metadata.name, inside),
      openai: openaiApiKey && secret("openai", { stringData: { OPENAI_API_KEY: openaiApiKey } }),
      registry: pull && secret("registry", pullSecret(pull)),
    });

    const release = new k8s.helm.v3.Release(
      `${name}-release`,
      {
        name: APPLICATION,
        namespace: namespace.metadata.name,
        chart: CHART,
        // An edit of a template changes no other input, and would not be seen (pulumi-kubernetes#2568).
        description: `chart ${chartDigest(CHART)}`,
        values: { ...values },
        // Without it some versions of the provider drop what takes a default away. Only where there is one:
        // to others it would be a change, and the versions that keep it anyway warn of it.
        ...(hasNull(values) && { allowNullValues: true }),
        atomic: false,
        maxHistory: MAX_HISTORY,
        timeout: args.waiting.timeout,
        ...UNAWAITED,
      },
      inside,
    );
    this.revision = release.status.revision;
    const of = { namespace: args.namespace, name: APPLICATION };
    const { rollback, waiting } = args;
    const ready = awaitReadiness(name, { release, of, waiting, rollback }, inside);
    this.served = ready.id;

    if (args.smoke) {
      const { kubeconfigFile, context } = args.waiting.credentials;
      const smoke = new local.Command(
        `${name}-smoke`,
        {
          create: "exec node --require tsx/cjs scripts/smoke.ts",
          // Asked again after every change of the release.
          environment: {
            ...targetVariables(args.smoke),
            KUBECONFIG: kubeconfigFile,
            KUBE_CONTEXT: context ?? "",
            NAMESPACE: args.namespace,
            RELEASE_REVISION: pulumi.interpolate`${this.revision}`,
          },
          addPreviousOutputInEnv: false,
        },
        { ...inside, dependsOn: [ready, ...args.entry], replaceWith: [release] },
      );
      this.served = smoke.stdout;
    }
    this.registerOutputs({ revision: this.revision });
  }
}

/** A Secret that the kubelet logs in to a registry with. */
function pullSecret({ server, username, password }: RegistryLogin): k8s.core.v1.SecretArgs {
  const config = password.apply((password) =>
    JSON.stringify({ auths: { [server]: { username, password } } }),
  );
  return { type: "kubernetes.io/dockerconfigjson", stringData: { ".dockerconfigjson": config } };
}
