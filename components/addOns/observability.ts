import * as local from "@pulumi/command/local";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Values } from "../../config/values";
import { awaitWorkloads } from "../../cluster/stackParts";
import { ADD_ONS } from "../../config/addOns";
import { chartDigest } from "../../plan/chartDigest";
import { observabilityNamespaces } from "../../plan/namespaces";
import { GRAFANA_SECRET, STACK_NAMESPACES } from "../../plan/observability";
import { STACK_CHART, STACK_NAMESPACE } from "../../plan/pages";
import { MAX_HISTORY } from "../../plan/releases";
import { drawnOnce, drawPassword } from "../password";
import type { Waiting } from "../releaseWatch";

/** Milliseconds that an `up` waits for the stack once the application serves. */
const PATIENCE = 60_000;

/** Images to be brought into the nodes of a Kind cluster, once the application serves. */
export interface NodeImages {
  /** Name of the cluster. */
  readonly clusterName: string;
  /** The very cluster: another one of the same name has nothing loaded yet. */
  readonly identity: string;
  /** Whether this is a preview that cannot see the cluster: it is taken to be the one that was loaded last. */
  readonly unseen: boolean;
  /** References of the images that workers need. */
  readonly refs: readonly string[];
  /** References of those that the control-plane needs too. */
  readonly everywhere: readonly string[];
  /** Namespaces that come first, the application's at their head. */
  readonly first: readonly string[];
}

/** Inputs of {@link Observability}. */
export interface ObservabilityArgs {
  /** Name of the Pulumi stack, which marks the namespaces that it makes. */
  readonly stack: string;
  /** Values of the chart, without those that name what is made here. */
  readonly values: Values;
  readonly waiting: Waiting;
  /** Namespaces that were there before: they are used as they are. */
  readonly foreign: readonly string[];
  /** Namespace of the application, which the release has an object in. */
  readonly application: pulumi.Resource;
  /** Nodes pull by themselves when unset. */
  readonly images?: NodeImages;
  /** Known once the application serves. */
  readonly served: pulumi.Output<unknown>;
}

/**
 * The observability stack: its namespaces, the password of Grafana's admin, and the release of the project's
 * own chart. It starts beside the application, and nothing waits for it but an `up`, for a minute, which then
 * says what is missing: an application that serves does not fail for want of what looks at it.
 */
export class Observability extends pulumi.ComponentResource {
  constructor(name: string, args: ObservabilityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("soc:index:Observability", name, {}, opts);
    const { stack, waiting, foreign, application, images, served } = args;
    const inside = { parent: this };

    const namespaces = Object.entries(observabilityNamespaces(stack))
      .filter(([namespace]) => !foreign.includes(namespace))
      .map(
        ([namespace, labels]) =>
          new k8s.core.v1.Namespace(
            `${name}-${namespace}`,
            { metadata: { name: namespace, labels } },
            inside,
          ),
      );
    const secret = new k8s.core.v1.Secret(
      `${name}-grafana`,
      {
        metadata: { name: GRAFANA_SECRET, namespace: STACK_NAMESPACE },
        data: {
          "admin-user": Buffer.from("admin").toString("base64"),
          "admin-password": drawPassword(),
        },
      },
      drawnOnce({ ...inside, dependsOn: namespaces }),
    );

    const loaded = images ? [this.load(`${name}-images`, images, waiting)] : [];
    let servedAt: number | undefined;
    served.apply(() => (servedAt = Date.now()));
    const tell = () => tellMissing(waiting, servedAt);
    new k8s.helm.v3.Release(
      `${name}-release`,
      {
        name: ADD_ONS.observability.block,
        namespace: STACK_NAMESPACE,
        chart: STACK_CHART,
        description: `chart ${chartDigest(STACK_CHART)}`,
        values: args.values,
        skipAwait: true,
        maxHistory: MAX_HISTORY,
        timeout: waiting.timeout,
      },
      {
        ...inside,
        dependsOn: [...namespaces, secret, application, ...loaded],
        hooks: { afterCreate: [tell], afterUpdate: [tell] },
      },
    );
    this.registerOutputs({});
  }

  /**
   * What nodes lack is loaded before there are pods, or each node would pull it. The command waits by itself for
   * an application that serves: with one that fails it would else never end, just when the stack is needed.
   */
  private load(
    name: string,
    { clusterName, identity, unseen, refs, everywhere, first }: NodeImages,
    { credentials, timeout }: Waiting,
  ): pulumi.Resource {
    return new local.Command(
      name,
      {
        create: "exec node --require tsx/cjs scripts/stackImages.ts",
        environment: {
          CLUSTER_NAME: clusterName,
          IMAGES: refs.join(" "),
          EVERYWHERE: everywhere.join(" "),
          KUBECONFIG: credentials.kubeconfigFile,
          FIRST: first.join(" "),
          TIMEOUT: String(timeout),
        },
        triggers: [identity],
        addPreviousOutputInEnv: false,
      },
      { parent: this, ignoreChanges: unseen ? ["triggers"] : [] },
    );
  }
}

/** Waits for the rest of the minute, and tells what is missing then. */
async function tellMissing({ credentials }: Waiting, servedAt: number | undefined): Promise<void> {
  const rest = PATIENCE - (servedAt === undefined ? 0 : Date.now() - servedAt);
  const missing = await awaitWorkloads(credentials, Object.keys(STACK_NAMESPACES), rest);
  if (missing.length > 0) {
    await pulumi.log.warn(
      [
        "The application is not waiting for the observability stack, of which is missing:",
        ...missing,
      ].join("\n  "),
    );
  }
}
