/** Rules on how pods share their nodes, and are looked after. */
import { objectName } from "../objects";
import { containersOf, workloads, type Container } from "../pods";
import type { Rule } from "./rule";

/** Kinds whose pods go on for ever. */
const LASTING = ["Deployment", "StatefulSet", "DaemonSet"];

/** What a container must have said. Too little processor makes it slow; too little memory takes others along. */
const AMOUNTS = [
  ["requests", "cpu"],
  ["requests", "memory"],
  ["limits", "memory"],
] as const;

export const limitsSet: Rule = {
  id: "limits-set",
  title: "a container says what it needs, and how much memory it gets",
  why: "the scheduler cannot place it, and one that leaks takes its neighbours' memory",
  fix: "Set resources.requests.cpu, resources.requests.memory and resources.limits.memory",
  severity: "error",
  broken: ({ objects }) =>
    workloads(objects).flatMap(({ object, spec }) =>
      containersOf(spec).flatMap(({ name, resources }) =>
        AMOUNTS.filter(([kind, of]) => resources?.[kind]?.[of] === undefined).map(([kind, of]) => ({
          at: objectName(object),
          what: `container ${name} has no ${kind}.${of}`,
        })),
      ),
    ),
};

export const probesSet: Rule = {
  id: "probes-set",
  title: "a container that goes on has a readiness and a liveness probe",
  why: "requests reach it before it can answer, and nobody restarts it when it hangs",
  fix: "Set readinessProbe and livenessProbe",
  severity: "error",
  broken: ({ objects }) =>
    workloads(objects)
      .filter(({ object }) => LASTING.includes(object.kind))
      .flatMap(({ object, spec }) =>
        spec.containers.flatMap((container) =>
          missingProbes(container).map((probe) => ({
            at: objectName(object),
            what: `container ${container.name} has no ${probe}`,
          })),
        ),
      ),
};

function missingProbes(container: Container): string[] {
  return (["readinessProbe", "livenessProbe"] as const).filter(
    (probe) => container[probe] === undefined,
  );
}
