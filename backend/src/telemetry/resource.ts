import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import {
  detectResources,
  envDetector,
  resourceFromAttributes,
  type Resource,
} from "@opentelemetry/resources";
import { PROGRAM_VERSION } from "../base/version.js";

/**
 * What sends the traces (https://opentelemetry.io/docs/specs/semconv/resource/). `OTEL_RESOURCE_ATTRIBUTES`
 * adds to it and wins, but for the name, under which logs are filed, too.
 *
 * @param env tells a pod, whose host name is its own: the kubelet sets `KUBERNETES_SERVICE_HOST`
 */
export function serviceResource(
  serviceName: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Resource {
  const pod = env["KUBERNETES_SERVICE_HOST"] === undefined ? null : hostname();
  return resourceFromAttributes({
    "service.namespace": "soc",
    "service.version": PROGRAM_VERSION,
    "service.instance.id": pod ?? randomUUID(),
    ...(pod !== null && { "k8s.pod.name": pod }),
  })
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(resourceFromAttributes({ "service.name": serviceName }));
}
