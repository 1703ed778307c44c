/** The parts of Kubernetes objects that the chart's tests look at. */

/** Labels, or a selector by labels. */
export type Labels = Readonly<Record<string, string>>;

export interface Metadata {
  readonly name: string;
  readonly labels: Labels;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Base<K extends string> {
  readonly apiVersion: string;
  readonly kind: K;
  readonly metadata: Metadata;
}

export interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: number; readonly host?: string };
  readonly exec?: { readonly command: readonly string[] };
  readonly initialDelaySeconds?: number;
  readonly periodSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly failureThreshold?: number;
}

export interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly secretKeyRef?: { readonly name: string; readonly key: string; optional?: boolean };
  };
}

export interface ContainerSecurityContext {
  readonly allowPrivilegeEscalation?: boolean;
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly privileged?: boolean;
  readonly procMount?: string;
  readonly readOnlyRootFilesystem?: boolean;
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly seccompProfile?: { readonly type: string };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly imagePullPolicy?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly ports?: readonly {
    readonly name?: string;
    readonly containerPort: number;
    readonly hostPort?: number;
  }[];
  readonly env?: readonly EnvVar[];
  readonly envFrom?: readonly { readonly configMapRef?: { readonly name: string } }[];
  readonly resources?: {
    readonly requests?: Readonly<Record<string, string | number>>;
    readonly limits?: Readonly<Record<string, string | number>>;
  };
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly startupProbe?: Probe;
  readonly lifecycle?: {
    readonly preStop?: {
      readonly sleep?: { readonly seconds: number };
      readonly exec?: { readonly command: readonly string[] };
    };
  };
  readonly securityContext?: ContainerSecurityContext;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

/** Besides its name a volume has one key, which is its type. */
export type Volume = { readonly name: string } & Readonly<Record<string, unknown>>;

export interface PodSpec {
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly enableServiceLinks?: boolean;
  readonly imagePullSecrets?: readonly { readonly name: string }[];
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly securityContext?: {
    readonly runAsNonRoot?: boolean;
    readonly runAsUser?: number;
    readonly runAsGroup?: number;
    readonly fsGroup?: number;
    readonly fsGroupChangePolicy?: string;
    readonly seccompProfile?: { readonly type: string };
    readonly sysctls?: readonly { readonly name: string; readonly value: string }[];
  };
  readonly affinity?: {
    readonly podAntiAffinity?: {
      readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly {
        readonly weight: number;
        readonly podAffinityTerm: {
          readonly topologyKey: string;
          readonly labelSelector: { readonly matchLabels: Readonly<Record<string, string>> };
        };
      }[];
    };
  };
  readonly topologySpreadConstraints?: readonly {
    readonly maxSkew: number;
    readonly topologyKey: string;
    readonly whenUnsatisfiable: string;
    readonly labelSelector: { readonly matchLabels: Labels };
    readonly matchLabelKeys?: readonly string[];
  }[];
  readonly priorityClassName?: string;
  readonly nodeSelector?: Labels;
  readonly tolerations?: readonly unknown[];
  readonly restartPolicy?: string;
  readonly activeDeadlineSeconds?: number;
  readonly terminationGracePeriodSeconds?: number;
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes?: readonly Volume[];
}

export interface PodTemplate {
  readonly metadata: Omit<Metadata, "name">;
  readonly spec: PodSpec;
}

export interface Pod extends Base<"Pod"> {
  readonly spec: PodSpec;
}

export interface Deployment extends Base<"Deployment"> {
  readonly spec: {
    readonly replicas?: number;
    readonly minReadySeconds?: number;
    readonly progressDeadlineSeconds?: number;
    readonly strategy?: {
      readonly type: string;
      readonly rollingUpdate?: { readonly maxUnavailable: number; readonly maxSurge: number };
    };
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template: PodTemplate;
  };
}

export interface StatefulSet extends Base<"StatefulSet"> {
  readonly spec: {
    readonly replicas: number;
    readonly serviceName: string;
    readonly selector: { readonly matchLabels: Labels };
    readonly template: PodTemplate;
    readonly volumeClaimTemplates: readonly {
      readonly metadata: { readonly name: string; readonly labels: Labels };
      readonly spec: {
        readonly accessModes: readonly string[];
        readonly storageClassName?: string;
        readonly resources: { readonly requests: { readonly storage: string } };
      };
    }[];
  };
}

export interface Secret extends Base<"Secret"> {
  readonly type: string;
  readonly data: Readonly<Record<string, string>>;
}

export interface PodDisruptionBudget extends Base<"PodDisruptionBudget"> {
  readonly spec: {
    readonly maxUnavailable: number;
    readonly unhealthyPodEvictionPolicy?: string;
    readonly selector: { readonly matchLabels: Labels };
  };
}

export interface NetworkPolicyPeer {
  readonly podSelector?: { readonly matchLabels?: Labels };
  readonly namespaceSelector?: { readonly matchLabels?: Labels };
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

export interface NetworkPolicyRule {
  readonly from?: readonly NetworkPolicyPeer[];
  readonly to?: readonly NetworkPolicyPeer[];
  readonly ports?: readonly { readonly port: number; readonly protocol: string }[];
}

export interface NetworkPolicy extends Base<"NetworkPolicy"> {
  readonly spec: {
    readonly podSelector: { readonly matchLabels: Labels };
    readonly policyTypes: readonly string[];
    readonly ingress: readonly NetworkPolicyRule[];
    readonly egress: readonly NetworkPolicyRule[];
  };
}

export interface HTTPRoute extends Base<"HTTPRoute"> {
  readonly spec: {
    readonly parentRefs: readonly unknown[];
    readonly hostnames?: readonly string[];
    readonly rules: readonly {
      readonly matches: readonly {
        readonly path: { readonly type: string; readonly value: string };
      }[];
      readonly backendRefs: readonly { readonly name: string; readonly port: number }[];
      readonly timeouts?: { readonly request: string };
    }[];
  };
}

export interface Service extends Base<"Service"> {
  readonly spec: {
    readonly type: string;
    readonly clusterIP?: string;
    readonly ports: readonly {
      readonly name: string;
      readonly port: number;
      readonly targetPort: number;
      readonly protocol: string;
    }[];
    readonly selector: Readonly<Record<string, string>>;
  };
}

export interface ConfigMap extends Base<"ConfigMap"> {
  readonly data: Readonly<Record<string, string>>;
}

export interface HorizontalPodAutoscaler extends Base<"HorizontalPodAutoscaler"> {
  readonly spec: {
    readonly scaleTargetRef: {
      readonly apiVersion: string;
      readonly kind: string;
      readonly name: string;
    };
    readonly minReplicas: number;
    readonly maxReplicas: number;
    readonly metrics: readonly unknown[];
  };
}

export interface IngressRule {
  readonly host?: string;
  readonly http: {
    readonly paths: readonly {
      readonly path: string;
      readonly pathType: string;
      readonly backend: {
        readonly service: { readonly name: string; readonly port: { readonly number: number } };
      };
    }[];
  };
}

export interface Ingress extends Base<"Ingress"> {
  readonly spec: {
    readonly ingressClassName?: string;
    readonly rules: readonly IngressRule[];
    readonly tls?: readonly { readonly secretName: string; readonly hosts: readonly string[] }[];
  };
}

export interface ServiceAccount extends Base<"ServiceAccount"> {
  readonly automountServiceAccountToken: boolean;
}

/** Every kind of object that the chart may render. */
export type Manifest =
  | ConfigMap
  | Deployment
  | HTTPRoute
  | HorizontalPodAutoscaler
  | Ingress
  | NetworkPolicy
  | Pod
  | PodDisruptionBudget
  | Secret
  | Service
  | ServiceAccount
  | StatefulSet;

/** A kind that makes pods for good. */
export type Workload = Deployment | StatefulSet;

export type Kind = Manifest["kind"];

type OfKind<K extends Kind> = Extract<Manifest, { readonly kind: K }>;

/** All objects of one kind, in the order in which Helm prints them. */
export function ofKind<K extends Kind>(manifests: readonly Manifest[], kind: K): OfKind<K>[] {
  return manifests.filter((manifest): manifest is OfKind<K> => manifest.kind === kind);
}

/**
 * The object of this kind and name.
 *
 * @throws `Error` that lists what there is, if there is no such object.
 */
export function find<K extends Kind>(
  manifests: readonly Manifest[],
  kind: K,
  name: string,
): OfKind<K> {
  const found = ofKind(manifests, kind).find(({ metadata }) => metadata.name === name);
  if (found === undefined) {
    throw new Error(`no ${kind} ${name} among: ${inventory(manifests).join(", ")}`);
  }
  return found;
}

/** Everything that makes pods for good. */
export function workloads(manifests: readonly Manifest[]): Workload[] {
  return [...ofKind(manifests, "Deployment"), ...ofKind(manifests, "StatefulSet")];
}

/** Every pod that the chart makes, `helm test`'s included. */
export function pods(
  manifests: readonly Manifest[],
): { name: string; labels: Labels; spec: PodSpec }[] {
  return [
    ...workloads(manifests).map(({ metadata, spec }) => ({
      name: metadata.name,
      labels: spec.template.metadata.labels,
      spec: spec.template.spec,
    })),
    ...ofKind(manifests, "Pod").map(({ metadata, spec }) => ({
      name: metadata.name,
      labels: metadata.labels,
      spec,
    })),
  ];
}

/** `Kind name` of every object, sorted. */
export function inventory(manifests: readonly Manifest[]): string[] {
  return manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort();
}

/**
 * The one container of a workload's pods.
 *
 * @throws `Error` if the pods have none, or more than one.
 */
export function containerOf({ metadata, spec }: Workload): Container {
  const [container, ...others] = spec.template.spec.containers;
  if (container === undefined || others.length > 0) {
    throw new Error(`${metadata.name}: expected exactly one container`);
  }
  return container;
}
