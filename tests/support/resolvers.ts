/** Who answers names in clusters of all sorts, and what lies beside it that must stay out of reach. */

/** Pods as policies see them. */
export interface PodsAt {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Something that a pod calls: pods, or an address of the node's or the cloud's. */
export interface Destination {
  readonly title: string;
  readonly at: PodsAt | string;
  readonly port: number;
}

const KUBE_DNS: PodsAt = { namespace: "kube-system", labels: { "k8s-app": "kube-dns" } };
const NODE_LOCAL: PodsAt = { namespace: "kube-system", labels: { "k8s-app": "node-local-dns" } };
const OPENSHIFT: PodsAt = {
  namespace: "openshift-dns",
  labels: { "dns.operator.openshift.io/daemonset-dns": "default" },
};
/** Of NodeLocal DNSCache, on every node. */
export const NODE_LOCAL_ADDRESS = "169.254.20.10";
/** Of clouds' metadata, credentials among them; on GKE, Cloud DNS answers there too. */
export const METADATA_ADDRESS = "169.254.169.254";

/** What every part that resolves names must reach by default, over UDP and TCP. */
export const RESOLVERS: readonly Destination[] = [
  { title: "kube-dns", at: KUBE_DNS, port: 53 },
  { title: "NodeLocal DNSCache with pods of its own", at: NODE_LOCAL, port: 53 },
  { title: "NodeLocal DNSCache on the nodes", at: NODE_LOCAL_ADDRESS, port: 53 },
  { title: "GKE's Cloud DNS", at: METADATA_ADDRESS, port: 53 },
  { title: "OpenShift's DNS", at: OPENSHIFT, port: 5353 },
];

/** What none of them may reach for it, over UDP or TCP. */
export const NEIGHBOURS: readonly Destination[] = [
  { title: "the cloud's metadata", at: METADATA_ADDRESS, port: 80 },
  { title: "another port beside Cloud DNS", at: METADATA_ADDRESS, port: 5353 },
  { title: "another port beside NodeLocal DNSCache", at: NODE_LOCAL_ADDRESS, port: 80 },
  { title: "another port of kube-dns", at: KUBE_DNS, port: 9153 },
  {
    title: "another pod beside kube-dns",
    at: { namespace: "kube-system", labels: { "k8s-app": "metrics-server" } },
    port: 53,
  },
  {
    title: "a namesake of kube-dns elsewhere",
    at: { namespace: "elsewhere", labels: KUBE_DNS.labels },
    port: 53,
  },
  {
    title: "a namesake of OpenShift's DNS elsewhere",
    at: { namespace: "elsewhere", labels: OPENSHIFT.labels },
    port: 5353,
  },
];
