/** What can never become ready, and what makes that certain. */
import { holds } from "../../machine/kubernetes";
import { A_MOMENT, lately, partOf, type Certainty, type Seen } from "./certainty";
import { POD_ROWS } from "./podFaults";
import { newest, podsOf } from "./ready";
import type { Job, Workload } from "./sight";

/** Every fault of a release that is certain as soon as it has lasted. */
export function certainties(seen: Seen): Certainty[] {
  const { sight } = seen;
  return sight.objects.flatMap((object) => {
    switch (object.kind) {
      case "Deployment":
      case "StatefulSet":
      case "DaemonSet":
        return [
          ...refusedPods(object, seen),
          ...podsOf(object, sight).flatMap((pod) => POD_ROWS.flatMap((row) => row(pod, seen))),
        ];
      case "Job":
        return failedJob(object);
      default:
        return [];
    }
  });
}

function one(key: string): Pick<Certainty, "key" | "group"> {
  return { key, group: key };
}

/** What the API server says when it makes no pod. */
const REFUSED = /exceeded quota|violates PodSecurity|is forbidden|denied the request/;

/** The API server makes no pod of it. */
function refusedPods(workload: Workload, seen: Seen): Certainty[] {
  const { sight } = seen;
  const { name, uid } = workload.metadata;
  const maker = workload.kind === "Deployment" ? newest(workload, sight.replicaSets) : workload;
  const said = lately(seen, maker?.metadata.uid ?? uid).findLast(
    ({ reason }) => reason === "FailedCreate",
  )?.message;
  // What is about to go still counts in a quota.
  const leaving = sight.pods.some(({ metadata }) => metadata.deletionTimestamp !== undefined);
  return said === undefined || leaving || !REFUSED.test(said)
    ? []
    : [
        {
          ...one(`create ${uid}`),
          fault: {
            what: `no pod of ${workload.kind} ${name} can be made`,
            why: partOf(said),
            fix: said.includes("exceeded quota")
              ? "Raise the namespace's quota, or lower what the pods request"
              : "Change what the namespace allows, or what the pods ask for",
          },
          after: A_MOMENT,
        },
      ];
}

function failedJob({ metadata, status }: Job): Certainty[] {
  return holds(status?.conditions, "Failed")
    ? [
        {
          ...one(`job ${metadata.uid}`),
          fault: { what: `Job ${metadata.name} has failed`, fix: "The log of its pod says why" },
          after: 0,
        },
      ]
    : [];
}
