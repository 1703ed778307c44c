/** Charts of add-ons that are here: of upstream's they have what the rules look at, by the values that the program sets. */
import { addOnOf, wantedBlocks } from "../../../config/addOns";
import { isUpstream } from "../../../plan/addOnValues";
import type { PlannedStack } from "../../../plan/stack";

/** Folder of an add-on's chart, relative to the project. */
export function addOnChart(name: string): string {
  return `./tests/fixtures/addOns/${name}`;
}

/** A stack whose add-ons come from these charts. */
export function withCharts(planned: PlannedStack): PlannedStack {
  const { config } = planned;
  const blocks = wantedBlocks(config).filter((block) => isUpstream(addOnOf(block, config)));
  const sources = blocks.map((block) => [
    block,
    { ...config[block], source: { chart: addOnChart(addOnOf(block, config)) } },
  ]);
  return { ...planned, config: { ...config, ...Object.fromEntries(sources) } };
}
