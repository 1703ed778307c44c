/**
 * Holds the page's types against those of the backend's contract, by the type check alone: nothing here
 * runs, and the page itself is built without the backend's sources.
 */
import type * as Analysis from "../../backend/src/contract/analysis.js";
import type { ServerMessage } from "../../backend/src/contract/messages.js";
import type { Decisions, Trigger } from "../../backend/src/contract/requests.js";
import type { Quarantined } from "../../backend/src/contract/quarantine.js";
import type * as Plan from "../../backend/src/contract/responsePlan.js";
import type {
  DashboardMetrics,
  HistogramAnswer,
  Observability,
  Session,
} from "../../backend/src/contract/responses.js";
import type * as Signal from "../../backend/src/contract/signal.js";
import type * as Threat from "../../backend/src/contract/threat.js";
import type * as Page from "../src/types";

/** Refuses a type that has something which the other one does not take. */
type Takes<Taker, Given extends Taker> = readonly [Taker, Given];

/** All that the backend sends is what the page expects, and it takes what the page sends. */
export type Conversation = [
  Takes<Page.ThreatAnalysis, Threat.ThreatAnalysis>,
  Takes<Page.DashboardMetrics, DashboardMetrics>,
  Takes<Page.Histogram, HistogramAnswer>,
  Takes<Page.Observability, Observability>,
  Takes<Page.Session, Session>,
  Takes<Page.Quarantined, Quarantined>,
  Takes<Page.ServerMessage["type"], ServerMessage["type"]>,
  Takes<Page.ThreatAnalysis, Extract<ServerMessage, { type: "new_threat" }>["data"]>,
  Takes<Page.ThreatPage["threats"], Extract<ServerMessage, { type: "initial_batch" }>["data"]>,
  Takes<Trigger, Page.TriggerRequest>,
  // All of it is optional, so a name that the backend does not know would not be noticed.
  Takes<keyof Trigger, keyof Page.TriggerRequest>,
  Takes<Decisions, Page.Decisions>,
  Takes<keyof Decisions, keyof Page.Decisions>,
];

/** Of these the page knows every field and every value, and expects nothing that never comes. */
export type Known = [
  Takes<Signal.ThreatSignal, Page.ThreatSignal>,
  Takes<Signal.ThreatType, Page.ThreatType>,
  Takes<Signal.ThreatSeverity, Page.Severity>,
  Takes<Signal.IntelMatch, Page.IntelMatch>,
  Takes<Threat.MitreTag, Page.MitreTag>,
  Takes<Threat.ThreatAnalysis["status"], Page.ThreatStatus>,
  Takes<Analysis.AgentAnalysis, Page.AgentAnalysis>,
  Takes<Analysis.FalsePositiveScore, Page.FalsePositiveScore>,
  Takes<Analysis.InvestigationTimeline, Page.InvestigationTimeline>,
  Takes<Plan.ResponseAction, Page.ResponseAction>,
  Takes<Observability, Page.Observability>,
  Takes<Quarantined["entries"], Page.Quarantined["entries"]>,
  Takes<ServerMessage["type"], Page.ServerMessage["type"]>,
];

/** The page takes it to be null, too, for the sake of other backends. */
type Deadline = "auto_escalate_after_minutes";

/**
 * Of these the page leaves fields out on purpose, or takes one more loosely. What it reads comes, with
 * these values only.
 */
export type Read = [
  Takes<Pick<DashboardMetrics, Figure>, Pick<Page.DashboardMetrics, Figure>>,
  Takes<
    Pick<DashboardMetrics["dropped"], keyof Page.DashboardMetrics["dropped"]>,
    Page.DashboardMetrics["dropped"]
  >,
  Takes<Pick<Analysis.Contradiction, keyof Page.Contradiction>, Page.Contradiction>,
  Takes<Pick<Analysis.DetectedAnomaly, keyof Page.DetectedAnomaly>, Page.DetectedAnomaly>,
  Takes<keyof Analysis.AdversarialDetectionResult, keyof Page.AdversarialDetectionResult>,
  Takes<keyof Threat.ThreatAnalysis, keyof Page.ThreatAnalysis>,
  Takes<Omit<Plan.ResponsePlan, Deadline>, Omit<Page.ResponsePlan, Deadline>>,
];

type Figure = Exclude<keyof Page.DashboardMetrics, "dropped">;

/** The fields that it leaves out: a new one is either read or named here. */
export type Unread = [
  Takes<
    keyof Page.Contradiction | "metadata" | `${string}_analysis_snippet`,
    keyof Analysis.Contradiction
  >,
  Takes<keyof Page.DetectedAnomaly | "metadata", keyof Analysis.DetectedAnomaly>,
  Takes<
    keyof Page.ThreatAnalysis | "mitre_tactics" | "mitre_techniques",
    keyof Threat.ThreatAnalysis
  >,
];
