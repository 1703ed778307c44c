/** Rules on what pods may do to their nodes. */
import { objectName } from "../objects";
import { restrictedViolations } from "../podSecurity";
import { workloads } from "../pods";
import type { Rule } from "./rule";

const ENFORCE = "pod-security.kubernetes.io/enforce";
const GUARDED = ["baseline", "restricted"];

export const namespaceLevel: Rule = {
  id: "namespace-level",
  title: "a namespace has a Pod Security level that keeps pods off their nodes",
  why: "without one the API server takes any pod, privileged ones too",
  fix: `Label the namespace ${ENFORCE}=restricted`,
  severity: "error",
  broken: ({ objects }) =>
    objects
      .filter(({ kind }) => kind === "Namespace")
      .map((object) => ({ object, level: object.metadata.labels?.[ENFORCE] }))
      .filter(({ level }) => level === undefined || !GUARDED.includes(level))
      .map(({ object, level }) => ({
        at: objectName(object),
        what: level === undefined ? "has no Pod Security level" : `allows ${level} pods`,
      })),
};

export const namespaceKnown: Rule = {
  id: "namespace-known",
  title: "pods are in namespaces that the stack has made",
  why: "nobody has set the level of another one, and what else is in it is not the stack's",
  fix: "Leave namespaceOverride and namespaces of further objects out",
  severity: "error",
  broken: ({ objects }) => {
    const made = objects.filter(({ kind }) => kind === "Namespace").map((one) => one.metadata.name);
    return workloads(objects)
      .filter(({ namespace }) => !made.includes(namespace))
      .map(({ object, namespace }) => ({
        at: objectName(object),
        what: `is in the namespace ${namespace}`,
      }));
  },
};

export const podsRestricted: Rule = {
  id: "pods-restricted",
  title: 'pods keep to the Pod Security level "restricted"',
  why: "the API server refuses them where that is enforced, and elsewhere a break-in reaches the node",
  fix: "Take back what was added to the pod's or the container's securityContext, volumes or host settings",
  severity: "error",
  broken: ({ objects }) =>
    workloads(objects).flatMap(({ object, spec }) =>
      restrictedViolations(spec).map((what) => ({
        at: objectName(object),
        what: `breaks ${what}`,
      })),
    ),
};
