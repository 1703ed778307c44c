/** The releases of a stack, as Pulumi is told of them. */
import { addOnOf, wantedBlocks, type ChartSource } from "../config/addOns";
import type { StackConfig } from "../config/settings";
import { APPLICATION } from "./access";
import { CHART } from "./chart";

/** Revisions that Helm keeps of a release; without a limit it keeps a Secret for each. */
export const MAX_HISTORY = 5;

/** What a release is installed from, and what is kept of it. */
export interface ReleaseInputs extends ChartSource {
  readonly name: string;
  /** Revisions that Helm keeps; all of them when unset. */
  readonly maxHistory?: number;
  /** Whether something waits until it is ready; unset where that is not told. */
  readonly waited?: boolean;
}

/** The releases that a configuration comes to. */
export function releaseInputs(config: StackConfig): ReleaseInputs[] {
  const addOns = wantedBlocks(config).map((block) => ({
    ...config[block].source,
    name: addOnOf(block, config),
    maxHistory: MAX_HISTORY,
  }));
  return [{ name: APPLICATION, chart: CHART, maxHistory: MAX_HISTORY }, ...addOns];
}
