/** Rules on versions of the API that go, or have gone (https://kubernetes.io/docs/reference/using-api/deprecation-guide/). */
import { objectName } from "../objects";
import type { Place, Rule, Target } from "./rule";

/** A version of the API that is not for ever. */
interface Ending {
  readonly apiVersion: string;
  /** All kinds of it when unset. */
  readonly kinds?: readonly string[];
  /** Kubernetes' minor versions, of 1. */
  readonly deprecated: number;
  readonly removed?: number;
  readonly instead: string;
}

const ENDINGS: readonly Ending[] = [
  {
    apiVersion: "extensions/v1beta1",
    deprecated: 8,
    removed: 22,
    instead: "apps/v1, networking.k8s.io/v1 or policy/v1",
  },
  { apiVersion: "apps/v1beta1", deprecated: 8, removed: 16, instead: "apps/v1" },
  { apiVersion: "apps/v1beta2", deprecated: 9, removed: 16, instead: "apps/v1" },
  {
    apiVersion: "admissionregistration.k8s.io/v1beta1",
    kinds: ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
    deprecated: 16,
    removed: 22,
    instead: "admissionregistration.k8s.io/v1",
  },
  {
    apiVersion: "apiextensions.k8s.io/v1beta1",
    deprecated: 16,
    removed: 22,
    instead: "apiextensions.k8s.io/v1",
  },
  {
    apiVersion: "apiregistration.k8s.io/v1beta1",
    deprecated: 19,
    removed: 22,
    instead: "apiregistration.k8s.io/v1",
  },
  {
    apiVersion: "certificates.k8s.io/v1beta1",
    kinds: ["CertificateSigningRequest"],
    deprecated: 19,
    removed: 22,
    instead: "certificates.k8s.io/v1",
  },
  {
    apiVersion: "coordination.k8s.io/v1beta1",
    kinds: ["Lease"],
    deprecated: 14,
    removed: 22,
    instead: "coordination.k8s.io/v1",
  },
  {
    apiVersion: "networking.k8s.io/v1beta1",
    kinds: ["Ingress", "IngressClass"],
    deprecated: 19,
    removed: 22,
    instead: "networking.k8s.io/v1",
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1beta1",
    deprecated: 17,
    removed: 22,
    instead: "rbac.authorization.k8s.io/v1",
  },
  {
    apiVersion: "scheduling.k8s.io/v1beta1",
    deprecated: 14,
    removed: 22,
    instead: "scheduling.k8s.io/v1",
  },
  {
    apiVersion: "storage.k8s.io/v1beta1",
    kinds: ["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"],
    deprecated: 19,
    removed: 22,
    instead: "storage.k8s.io/v1",
  },
  {
    apiVersion: "storage.k8s.io/v1beta1",
    kinds: ["CSIStorageCapacity"],
    deprecated: 24,
    removed: 27,
    instead: "storage.k8s.io/v1",
  },
  { apiVersion: "batch/v1beta1", deprecated: 21, removed: 25, instead: "batch/v1" },
  {
    apiVersion: "discovery.k8s.io/v1beta1",
    deprecated: 21,
    removed: 25,
    instead: "discovery.k8s.io/v1",
  },
  { apiVersion: "events.k8s.io/v1beta1", deprecated: 19, removed: 25, instead: "events.k8s.io/v1" },
  { apiVersion: "autoscaling/v2beta1", deprecated: 22, removed: 25, instead: "autoscaling/v2" },
  { apiVersion: "autoscaling/v2beta2", deprecated: 23, removed: 26, instead: "autoscaling/v2" },
  {
    apiVersion: "policy/v1beta1",
    deprecated: 21,
    removed: 25,
    instead: "policy/v1, and Pod Security in place of PodSecurityPolicy",
  },
  { apiVersion: "node.k8s.io/v1beta1", deprecated: 20, removed: 25, instead: "node.k8s.io/v1" },
  {
    apiVersion: "flowcontrol.apiserver.k8s.io/v1beta1",
    deprecated: 23,
    removed: 26,
    instead: "flowcontrol.apiserver.k8s.io/v1",
  },
  {
    apiVersion: "flowcontrol.apiserver.k8s.io/v1beta2",
    deprecated: 26,
    removed: 29,
    instead: "flowcontrol.apiserver.k8s.io/v1",
  },
  {
    apiVersion: "flowcontrol.apiserver.k8s.io/v1beta3",
    deprecated: 29,
    removed: 32,
    instead: "flowcontrol.apiserver.k8s.io/v1",
  },
  {
    apiVersion: "v1",
    kinds: ["ComponentStatus"],
    deprecated: 19,
    instead: "the health endpoints of the components",
  },
  {
    apiVersion: "v1",
    kinds: ["Endpoints"],
    deprecated: 33,
    instead: "discovery.k8s.io/v1 EndpointSlice",
  },
];

export const apiServed: Rule = {
  id: "api-served",
  title: "the cluster's Kubernetes serves every version of the API that is used",
  why: "the API server refuses the object, and the release with it",
  fix: "Use the version of the API that is named",
  severity: "error",
  broken: (target) => ending(target, ({ removed }) => removed, "has removed"),
};

export const apiLasting: Rule = {
  id: "api-lasting",
  title: "no version of the API that is used is deprecated",
  why: "an upgrade of the cluster will end the object",
  fix: "Use the version of the API that is named",
  severity: "warning",
  broken: (target) =>
    ending(
      target,
      ({ deprecated, removed = Infinity }) => (minorOf(target) < removed ? deprecated : undefined),
      "has deprecated",
    ),
};

/** Objects of an API that ended by the cluster's version. */
function ending(
  target: Target,
  since: (ending: Ending) => number | undefined,
  verb: string,
): Place[] {
  return target.objects.flatMap((object) =>
    ENDINGS.filter(
      ({ apiVersion, kinds }) =>
        apiVersion === object.apiVersion && (kinds?.includes(object.kind) ?? true),
    )
      .filter((one) => (since(one) ?? Infinity) <= minorOf(target))
      .map((one) => ({
        at: objectName(object),
        what: `is of ${one.apiVersion}, which Kubernetes 1.${since(one)} ${verb}; there is ${one.instead}`,
      })),
  );
}

function minorOf({ kubernetesVersion }: Target): number {
  return Number(/^v?1\.(\d+)/.exec(kubernetesVersion ?? "")?.[1] ?? Infinity);
}
