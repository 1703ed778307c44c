import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/**
 * Makes a Secret of the application.
 *
 * @param name of the resource
 * @param namespace where it is put
 * @param content its type, and its `data` or `stringData`
 * @returns its name in the cluster, which Pulumi draws
 */
export function secretName(
  name: string,
  namespace: pulumi.Input<string>,
  content: k8s.core.v1.SecretArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  return new k8s.core.v1.Secret(name, { metadata: { namespace }, ...content }, opts).metadata.name;
}
