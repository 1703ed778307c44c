import type { LiveThreats } from "../../hooks/useLiveThreats";
import type { ThreatAnalysis } from "../../types";
import { Agents } from "./Agents";
import { Evidence } from "./Evidence";
import { FalsePositive } from "./FalsePositive";
import { Grounds } from "./Grounds";
import { Intelligence } from "./Intelligence";
import { Manipulation } from "./Manipulation";
import { RawSignal } from "./RawSignal";
import { Response } from "./Response";
import { Summary } from "./Summary";
import { Timeline } from "./Timeline";
import { Triage } from "./Triage";

interface ThreatDetailProps {
  readonly threat: ThreatAnalysis;
  /** Decides of it. */
  readonly onDecide: LiveThreats["decide"];
}

/** Everything that is known of one threat; parts that the backend left out are left out here. */
export function ThreatDetail({ threat, onDecide }: ThreatDetailProps) {
  return (
    <div className="detail">
      <div className="detail-grid">
        <div className="detail-column">
          <Triage threat={threat} onDecide={onDecide} />
          <Summary threat={threat} />
          {threat.response_plan && <Response plan={threat.response_plan} />}
          <Agents agents={threat.agent_analyses} />
        </div>
        <div className="detail-column">
          <Grounds evidence={threat.evidence} />
          <Evidence signal={threat.signal} />
          {threat.false_positive_score && <FalsePositive score={threat.false_positive_score} />}
          {threat.adversarial_detection && <Manipulation result={threat.adversarial_detection} />}
          <Intelligence tags={threat.mitre_tags} matches={threat.intel_matches} />
          {threat.investigation_timeline && <Timeline timeline={threat.investigation_timeline} />}
          <RawSignal signal={threat.signal} />
        </div>
      </div>
    </div>
  );
}
