/** A firing alert as Prometheus tells of it; override what a test is about. */
export function makeAlert(
  labels: Readonly<Record<string, string>> = {},
  overrides: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    labels: { alertname: "SocAgentRedisLost", severity: "critical", ...labels },
    annotations: {
      summary: "The SOC agent's backend cannot reach Redis.",
      description: "Its readiness fails.",
    },
    state: "firing",
    activeAt: "2026-06-01T12:04:00.123456789Z",
    value: "1e+00",
    ...overrides,
  };
}

/** Prometheus' answer with these alerts. */
export function alertsAnswer(...alerts: readonly unknown[]): unknown {
  return { status: "success", data: { alerts } };
}
