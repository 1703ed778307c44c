import type { ThreatAnalysis } from "../../types";
import { Agents } from "./Agents";
import { FalsePositive } from "./FalsePositive";
import { Intelligence } from "./Intelligence";
import { Manipulation } from "./Manipulation";
import { Overview } from "./Overview";
import { RawSignal } from "./RawSignal";
import { Response } from "./Response";
import { Timeline } from "./Timeline";

/** Everything that is known of one threat; parts that the backend left out are left out here. */
export function ThreatDetail({ threat }: { readonly threat: ThreatAnalysis }) {
  return (
    <div className="detail-grid">
      <div className="detail-column">
        <Overview threat={threat} />
        {threat.adversarial_detection && <Manipulation result={threat.adversarial_detection} />}
        <Agents agents={threat.agent_analyses} />
        <RawSignal signal={threat.signal} />
      </div>
      <div className="detail-column">
        {threat.response_plan && <Response plan={threat.response_plan} />}
        {threat.false_positive_score && <FalsePositive score={threat.false_positive_score} />}
        <Intelligence tags={threat.mitre_tags} matches={threat.intel_matches} />
        {threat.investigation_timeline && <Timeline timeline={threat.investigation_timeline} />}
      </div>
    </div>
  );
}
