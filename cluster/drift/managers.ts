/** Whose fields are whose, by the names that programs give to the API server when they write. */
import type { FieldsEntry } from "./managedFields";

/** The name that a comparison gives to itself. It writes nothing, so no object ever has it. */
export const OBSERVER = "soc-agent-drift";

/** Helm, and Pulumi's provider, which has Helm in it; of its newer versions each has a name of its own. */
const MAKERS = /^(helm|pulumi-.+)$/i;

/**
 * Programs whose work it is to write into objects that others have made:
 * the autoscaler, the numbering of rollouts and what belongs to claims (kube-controller-manager), nodes and what runs on
 * them (kubelet, kube-scheduler), add-ons of the API (kube-apiserver, kube-aggregator), certificates of webhooks
 * (cert-manager, ingress-nginx), volumes, load balancers and network endpoints of the clouds.
 */
const CONTROLLERS =
  /^(kube-controller-manager|kube-scheduler|kubelet|kube-apiserver|kube-aggregator|apiserver|cert-manager-.+|cainjector|kube-webhook-certgen|nginx-ingress-controller|traefik|local-path-provisioner|.*-?cloud-controller-manager|glbc|gke-.+|aks-.+|vpa-.+|keda-?.*|cluster-autoscaler)$/;

/** Whether it is by Helm or Pulumi. */
export const isMaker = ({ manager }: FieldsEntry): boolean => MAKERS.test(manager);

/** Whether it is by a controller, so that what it says is as it should be. */
export const isController = ({ manager }: FieldsEntry): boolean => CONTROLLERS.test(manager);

/** Whether it is by a hand: by none of those whose work it is. */
export const isHand = (entry: FieldsEntry): boolean => !isMaker(entry) && !isController(entry);
