/** Fields that the API server refuses to change: an upgrade that does fails, and changes nothing. */
import type { ObjectChange } from "./diff";
import { showPath, type FieldPath } from "./fields";
import { objectName, type KubernetesObject } from "./objects";

/** What cannot change in objects of some kinds, and what to do when it must. */
interface Frozen {
  readonly kinds: readonly string[];
  /** Whether a change there is refused. */
  readonly refuses: (path: FieldPath, object: KubernetesObject) => boolean;
  /** What becomes of what the object stands for when it is deleted. */
  readonly price: string;
  /** More words for `kubectl delete`. */
  readonly flags?: string;
}

const below =
  (...keys: readonly string[]) =>
  ([first = "", second = ""]: FieldPath) =>
    keys.includes(first) || keys.includes(`${first}.${second}`);

/** What of a StatefulSet can change (kubernetes, pkg/apis/apps/validation, ValidateStatefulSetUpdate). */
const FREE_IN_STATEFUL_SET = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
  "revisionHistoryLimit",
];

const FROZEN: readonly Frozen[] = [
  {
    kinds: ["Deployment", "DaemonSet", "ReplicaSet"],
    refuses: below("spec.selector"),
    price: "its pods are away until the next deployment has made it again",
  },
  {
    kinds: ["StatefulSet"],
    refuses: ([first, second = ""]) => first === "spec" && !FREE_IN_STATEFUL_SET.includes(second),
    price: "its pods and volumes stay, and volumes keep the size that they have",
    flags: " --cascade=orphan",
  },
  {
    kinds: ["Job"],
    refuses: below("spec.template", "spec.selector", "spec.completionMode"),
    price: "it runs again with the next deployment",
  },
  {
    kinds: ["Service"],
    refuses: below("spec.clusterIP", "spec.clusterIPs"),
    price: "its name resolves to nothing until the next deployment has made it again",
  },
  {
    kinds: ["PersistentVolumeClaim"],
    refuses: (path) =>
      below("spec")(path) && !below("spec.resources", "spec.volumeAttributesClassName")(path),
    price: "all that is in the volume goes, so copy it first",
  },
  {
    kinds: ["RoleBinding", "ClusterRoleBinding"],
    refuses: below("roleRef"),
    price: "what it allows is forbidden until the next deployment has made it again",
  },
  {
    kinds: ["ConfigMap", "Secret"],
    refuses: (path, object) =>
      (object["immutable"] === true && below("data", "binaryData", "immutable")(path)) ||
      (object.kind === "Secret" && below("type")(path)),
    price: "pods that start without it wait until the next deployment has made it again",
  },
  {
    kinds: ["IngressClass"],
    refuses: below("spec.controller"),
    price: "its Ingresses are served by nobody until the next deployment has made it again",
  },
  {
    kinds: ["StorageClass"],
    refuses: below("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"),
    price: "volumes that exist stay as they are",
  },
];

/** A change that Helm's upgrade fails at. */
export interface Refused {
  /** The object's name. */
  readonly object: string;
  /** The fields that cannot change. */
  readonly fields: readonly string[];
  /** What to do. */
  readonly fix: string;
}

/** The changes of an object that the API server refuses. */
export function refusedChange({ before, after, fields }: ObjectChange): Refused | undefined {
  const { name, namespace } = before.metadata;
  const frozen = FROZEN.find(({ kinds }) => kinds.includes(before.kind));
  // Under another name it is another object. Hooks are deleted before they are made again.
  if (!frozen || name !== after.metadata.name || before.metadata.annotations?.["helm.sh/hook"]) {
    return undefined;
  }
  const refused = fields.filter(({ path }) => frozen.refuses(path, before));
  if (refused.length === 0) {
    return undefined;
  }
  const at = namespace === undefined ? "" : ` --namespace ${namespace}`;
  const line = `kubectl${at} delete ${before.kind.toLowerCase()} ${name}${frozen.flags ?? ""}`;
  return {
    object: objectName(before),
    fields: [...new Set(refused.map(({ path }) => showPath(path)))],
    fix: `Undo it, or delete the object before the deployment: ${line} (${frozen.price})`,
  };
}
