import type { AdversarialDetectionResult } from "../contract/analysis.js";
import type { ResponsePlan } from "../contract/responsePlan.js";
import type { TimelineRecorder } from "./timeline.js";
import { humanName } from "../base/wording.js";

/** Writes the outcome of the adversarial detector into the timeline; null means that it was off. */
export function recordDetection(
  timeline: TimelineRecorder,
  detection: AdversarialDetectionResult | null,
): void {
  timeline.record("correlation", "Views compared", "adversarial_detector", {
    description: detection?.explanation ?? "The adversarial detector is switched off.",
    data: {
      enabled: detection !== null,
      manipulation_detected: detection?.manipulation_detected ?? null,
    },
  });
}

/** Writes what is proposed into the timeline. */
export function recordPlan(timeline: TimelineRecorder, plan: ResponsePlan): void {
  for (const action of [plan.primary_action, ...plan.secondary_actions]) {
    timeline.record("action", `Proposed: ${humanName(action.action_type)}`, "response_engine", {
      description: action.reason,
      data: { target: action.target, urgency: action.urgency },
    });
  }
  timeline.record("escalation", "Escalation path set", "response_engine", {
    description: plan.escalation_path.join(", "),
    data: { after_minutes: plan.auto_escalate_after_minutes },
  });
}
