import { count, percent } from "../../lib/text";
import type { FalsePositiveIndicator, FalsePositiveScore } from "../../types";
import { Meter } from "./Meter";
import { Section } from "./Section";

const VERDICTS: Readonly<Record<FalsePositiveScore["recommendation"], string>> = {
  likely_real_threat: "Likely a real threat",
  needs_review: "Undecided, needs review",
  likely_false_positive: "Likely a false positive",
};

const TONES = {
  likely_real_threat: "bad",
  needs_review: "warn",
  likely_false_positive: "good",
} as const;

/** How likely the threat is a false alarm, and what speaks for and against. */
export function FalsePositive({ score }: { readonly score: FalsePositiveScore }) {
  const tone = TONES[score.recommendation];
  return (
    <Section title="False positive?" aside={`${percent(score.confidence)} sure`}>
      <p className="verdict" data-tone={tone}>
        {VERDICTS[score.recommendation]}
      </p>
      <Meter label="False-positive score" value={score.score} tone={tone} />
      {score.explanation && <p>{score.explanation}</p>}
      {score.indicators.length > 0 && (
        <ul className="indicators">
          {score.indicators.map((indicator, index) => (
            <Indicator key={index} indicator={indicator} />
          ))}
        </ul>
      )}
      <p className="muted">{pastText(score)}</p>
    </Section>
  );
}

function Indicator({ indicator }: { readonly indicator: FalsePositiveIndicator }) {
  const points = Math.round(Math.abs(indicator.weight) * 100);
  const real = indicator.weight < 0;
  return (
    <li>
      <span>{indicator.description}</span>
      <span className="weight" data-real={real}>
        {real ? "real" : "false"} +{points}
      </span>
    </li>
  );
}

function pastText(score: FalsePositiveScore): string {
  const { historical_fp_rate: rate, similar_resolved_as_fp, similar_resolved_as_real } = score;
  const all = similar_resolved_as_fp + similar_resolved_as_real;
  if (all === 0) {
    return "No similar past threat to compare with.";
  }
  const share = rate === null ? "" : ` (${percent(rate)})`;
  return `${similar_resolved_as_fp} of ${count(all, "similar past threat")} turned out false${share}.`;
}
