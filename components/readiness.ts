import * as local from "@pulumi/command/local";
import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Values } from "../config/values";
import type { ReleaseName } from "../machine/helm";
import { releaseHooks, type Waiting } from "./releaseWatch";

/** What is awaited, and how. */
export interface ReadinessArgs {
  /** Made with {@link UNAWAITED}. */
  readonly release: k8s.helm.v3.Release;
  /** As Helm calls it. */
  readonly of: ReleaseName;
  readonly waiting: Waiting;
  /** An object that the cluster must take, besides: a webhook may not answer yet when its pod is ready. */
  readonly accepted?: Values;
  /** Whether the revision before takes its place again when it does not become ready. Default: it stays, to be looked at. */
  readonly rollback?: boolean;
}

/** A Release that nothing waits for, since {@link awaitReadiness} does: the provider's own wait ends at its time alone. */
export const UNAWAITED = { skipAwait: true } as const;

/**
 * Waits until a release is ready, after each of its revisions: what depended on the release depends on this. It fails
 * as soon as it is certain that the release never will be, and says why.
 *
 * @param name of the component that the release is of
 */
export function awaitReadiness(
  name: string,
  { release, of, waiting, accepted, rollback = false }: ReadinessArgs,
  opts: Pick<pulumi.CustomResourceOptions, "parent">,
): local.Command {
  const { kubeconfigFile, context } = waiting.credentials;
  return new local.Command(
    `${name}-ready`,
    {
      create: "exec node --require tsx/cjs scripts/awaitRelease.ts",
      environment: {
        RELEASE: of.name,
        NAMESPACE: of.namespace,
        RELEASE_REVISION: pulumi.interpolate`${release.status.revision}`,
        TIMEOUT: String(waiting.timeout),
        KUBECONFIG: kubeconfigFile,
        ...(context && { KUBE_CONTEXT: context }),
        ...(waiting.nodes && { NODES: String(waiting.nodes) }),
        ...(accepted && { ACCEPTED: JSON.stringify(accepted) }),
        ...(rollback && { ROLLBACK: "true" }),
      },
      // The error has what is said.
      logging: local.Logging.None,
      addPreviousOutputInEnv: false,
    },
    {
      ...opts,
      dependsOn: [release],
      // In another cluster it begins with the same revision.
      replaceWith: [release],
      // What is rolled back tells of its pods itself, while they are there.
      hooks: releaseHooks(`${name}-release`, waiting, of.namespace, !rollback),
    },
  );
}
