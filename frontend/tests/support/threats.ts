import type { AgentAnalysis, ResponseAction, ThreatAnalysis } from "../../src/types";

/** A naive UTC time as the backend writes it, some seconds before a fixed noon. */
export function utc(secondsBeforeNoon = 0): string {
  const time = Date.UTC(2026, 5, 1, 12) - secondsBeforeNoon * 1000;
  return new Date(time).toISOString().replace("Z", "000");
}

/** The id of a trace that was recorded. */
export const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";

/** A complete threat; override what a test is about. */
export function makeThreat(overrides: Partial<ThreatAnalysis> = {}): ThreatAnalysis {
  return {
    id: "threat-1",
    signal: {
      id: "signal-1",
      threat_type: "bot_traffic",
      customer_name: "RetailMax",
      timestamp: utc(1),
      metadata: {
        source_ip: "203.0.113.66",
        user_agent: "python-requests/2.31.0",
        request_count: 3500,
        time_window_minutes: 5,
        endpoints: ["/login", "/cart", "/checkout"],
      },
      mitre_hints: [],
    },
    status: "completed",
    severity: "HIGH",
    executive_summary:
      "A script sends 3,500 requests in 5 minutes to the login and checkout pages of RetailMax, 35 times the configured rate.",
    mitre_tags: [
      {
        technique_id: "T1499",
        technique_name: "Endpoint Denial of Service",
        tactic: "Impact",
        tactic_id: "TA0040",
        confidence: 0.6,
        source: "fallback",
      },
      {
        technique_id: "T1110",
        technique_name: "Brute Force",
        tactic: "Credential Access",
        tactic_id: "TA0006",
        confidence: 0.8,
        source: "priority_agent",
      },
    ],
    intel_matches: [
      {
        ioc_type: "ip",
        ioc_value: "203.0.113.66",
        source: "AbuseIPDB",
        description: "Seen in credential stuffing against retailers",
        date_added: utc(86_400),
        confidence: 0.9,
        threat_actor: null,
      },
    ],
    customer_narrative:
      "Automated traffic reached your shop. We are challenging it; your customers can go on buying.",
    agent_analyses: {
      historical: makeAgent(
        "Historical Agent",
        "Two similar incidents in 30 days, both real.",
        0.82,
      ),
      config: makeAgent("Config Agent", "The rate limit is 100 requests per minute.", 0.9),
      devops: makeAgent(
        "DevOps Agent",
        "No deployment in the last hour explains the traffic.",
        0.7,
      ),
      context: makeAgent("Context Agent", "No sale or news that would attract visitors.", 0.65),
      priority: makeAgent(
        "Priority Agent",
        "Severity high: a scripted client at 35x the limit.",
        0.88,
      ),
    },
    false_positive_score: {
      score: 0.26,
      confidence: 0.74,
      indicators: [
        {
          indicator: "scripted_client",
          weight: -0.2,
          description: "The user agent is a scripting library",
          source: "signal",
        },
        {
          indicator: "high_request_rate",
          weight: -0.3,
          description: "More than 1,000 requests per minute",
          source: "signal",
        },
        {
          indicator: "known_partner",
          weight: 0.2,
          description: "The network belongs to a payment partner",
          source: "config",
        },
      ],
      historical_fp_rate: 0.18,
      similar_resolved_as_fp: 1,
      similar_resolved_as_real: 4,
      recommendation: "likely_real_threat",
      explanation: "The evidence speaks for a real attack.",
    },
    adversarial_detection: {
      manipulation_detected: false,
      confidence: 0.6,
      contradictions: [],
      anomalies: [],
      risk_score: 0.1,
      attack_vector: null,
      recommendation: "proceed",
      explanation: "No sign of manipulation.",
    },
    response_plan: {
      primary_action: makeAction({
        action_type: "block_ip",
        urgency: "immediate",
        requires_approval: true,
        auto_executable: false,
      }),
      secondary_actions: [
        makeAction({
          action_type: "rate_limit",
          urgency: "urgent",
          target: "RetailMax",
          reason: "Keep the login page responsive",
        }),
      ],
      escalation_path: ["Tier 2 SOC", "SOC Manager", "Customer Success"],
      sla_minutes: 30,
      auto_escalate_after_minutes: 15,
      notes: "",
    },
    investigation_timeline: {
      events: [
        {
          timestamp: utc(1),
          event_type: "detection",
          title: "Threat detected",
          description: "Bot traffic at RetailMax",
          source: "sensor",
          data: {},
          severity: null,
        },
        {
          timestamp: utc(0.9),
          event_type: "enrichment",
          title: "History searched",
          description: "5 incidents of the same type or customer",
          source: "historical",
          data: {},
          severity: null,
        },
        {
          timestamp: utc(0.8),
          event_type: "analysis",
          title: "Agents finished",
          description: "5 of 5 answered",
          source: "coordinator",
          data: {},
          severity: null,
        },
        {
          timestamp: utc(0.2),
          event_type: "decision",
          title: "Severity set to HIGH",
          description: "By the priority agent",
          source: "coordinator",
          data: {},
          severity: "HIGH",
        },
        {
          timestamp: utc(0.1),
          event_type: "action",
          title: "Block planned",
          description: "203.0.113.66, after approval",
          source: "response_engine",
          data: {},
          severity: null,
        },
      ],
      start_time: utc(1),
      end_time: utc(0.1),
      duration_ms: 900,
    },
    total_processing_time_ms: 118,
    created_at: utc(),
    requires_human_review: true,
    review_reason: "A block needs an analyst's approval",
    trace_id: null,
    version: 1,
    assignee: null,
    note: null,
    confirmed: false,
    decisions: {},
    evidence: [
      {
        fact: "Its source calls it HIGH",
        fields: ["signal.metadata.source_severity"],
      },
    ],
    ...overrides,
  };
}

/** A threat on whose way someone tried to mislead the agents. */
export function makeManipulated(): ThreatAnalysis {
  return makeThreat({
    id: "manipulated",
    adversarial_detection: {
      manipulation_detected: true,
      confidence: 0.85,
      contradictions: [
        {
          agents: ["context", "priority"],
          description: "The context reads as benign, the priority as critical",
          severity_mismatch: "benign against CRITICAL",
          confidence: 0.8,
        },
      ],
      anomalies: [
        {
          type: "fabricated_notes",
          description: "12 of 14 notes follow one template",
          severity: "high",
          indicators: ["same wording", "same hour"],
          confidence: 0.9,
        },
      ],
      risk_score: 0.62,
      attack_vector: "note_poisoning",
      recommendation: "escalate_to_analyst",
      explanation: "Past incidents carry notes that were not written by analysts.",
    },
  });
}

function makeAgent(agent_name: string, analysis: string, confidence: number): AgentAnalysis {
  return {
    agent_name,
    analysis,
    confidence,
    key_findings: [analysis],
    recommendations: ["Keep the challenge in place for 24 hours"],
    processing_time_ms: 102,
    data_sources_consulted: ["incidents"],
    raw_output: "",
  };
}

function makeAction(overrides: Partial<ResponseAction>): ResponseAction {
  return {
    action_type: "monitor",
    urgency: "normal",
    target: "203.0.113.66",
    reason: "The source is a scripted client far above the limit",
    confidence: 0.8,
    auto_executable: true,
    requires_approval: false,
    estimated_impact: "Low",
    rollback_possible: true,
    parameters: {},
    ...overrides,
  };
}
