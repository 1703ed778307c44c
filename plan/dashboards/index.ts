/** Grafana's dashboards, as they are written into the chart. */
import type { Dashboard, DashboardBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { platformDashboard } from "./platform";
import { socDashboard } from "./soc";
import { traceLogsDashboard } from "./traceLogs";

/** A dashboard as Grafana stores it: each panel has its number, and each query of a panel its letter. */
function finished(builder: DashboardBuilder): Dashboard {
  const board = builder.build();
  const panels = (board.panels ?? []).map((panel, index) => ({
    ...panel,
    id: index + 1,
    ...("targets" in panel && {
      targets: panel.targets?.map((query, i) => ({ ...query, refId: String.fromCharCode(65 + i) })),
    }),
  }));
  return { ...board, panels };
}

/** The dashboards by their uid, by which links name them. */
export const DASHBOARDS: Readonly<Record<string, () => Dashboard>> = {
  soc: () => finished(socDashboard()),
  "soc-platform": () => finished(platformDashboard()),
  "soc-trace-logs": () => finished(traceLogsDashboard()),
};
