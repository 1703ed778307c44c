import assert from "node:assert/strict";
import { nextNews, NO_NEWS, parseAlerts, type Alert } from "../src/lib/alerts";
import { alertsAnswer, makeAlert } from "./support/alerts";

const names = (alerts: readonly Alert[] | undefined) => alerts?.map(({ name }) => name);

describe("Prometheus' alerts", () => {
  it("are read with what is shown of them", () => {
    const [alert] = parseAlerts(alertsAnswer(makeAlert())) ?? [];
    assert.ok(alert);
    const { id: _id, ...shown } = alert;
    assert.deepEqual(shown, {
      name: "SocAgentRedisLost",
      summary: "The SOC agent's backend cannot reach Redis.",
      description: "Its readiness fails.",
      severity: "critical",
      since: "2026-06-01T12:04:00.123456789Z",
      pods: 1,
    });
  });

  for (const answer of [
    undefined,
    null,
    "alerts",
    [],
    {},
    { status: "error", data: { alerts: [] } },
    { status: "success" },
    { status: "success", data: { alerts: {} } },
    { status: "success", data: [makeAlert()] },
  ]) {
    it(`are unknown from ${JSON.stringify(answer)}`, () =>
      assert.equal(parseAlerts(answer), undefined));
  }

  const unreadable: [string, unknown][] = [
    ["one that is only pending", makeAlert({}, { state: "pending" })],
    ["one of somebody else", makeAlert({ alertname: "Watchdog" })],
    ["one whose name only begins like ours", makeAlert({ alertname: "SocketsExhausted" })],
    ["one without labels", makeAlert({}, { labels: null })],
    ["one without a name", makeAlert({}, { labels: { severity: "critical" } })],
    ["one of an unknown time", makeAlert({}, { activeAt: "lately" })],
    ["one without a time", makeAlert({}, { activeAt: 1 })],
    ["what is no alert", null],
  ];
  for (const [what, alert] of unreadable) {
    it(`leave out ${what}`, () =>
      assert.deepEqual(names(parseAlerts(alertsAnswer(alert, makeAlert()))), [
        "SocAgentRedisLost",
      ]));
  }

  it("come worst first, then the oldest, those of an unknown severity last", () => {
    const alerts = parseAlerts(
      alertsAnswer(
        makeAlert({ alertname: "SocAgentOdd", severity: "none" }),
        makeAlert(
          { alertname: "SocAgentInfo", severity: "info" },
          { activeAt: "2026-06-01T11:00:00Z" },
        ),
        makeAlert({ alertname: "TelemetryWarning", severity: "warning" }),
        makeAlert({ alertname: "SocAgentLater" }, { activeAt: "2026-06-01T12:05:00Z" }),
        makeAlert({ alertname: "SocAgentFirst" }),
      ),
    );
    assert.deepEqual(names(alerts), [
      "SocAgentFirst",
      "SocAgentLater",
      "TelemetryWarning",
      "SocAgentInfo",
      "SocAgentOdd",
    ]);
  });

  it("of several pods are one, since the first of them", () => {
    const alerts = parseAlerts(
      alertsAnswer(
        makeAlert({ pod: "a", instance: "10.0.0.1:8000" }, { activeAt: "2026-06-01T12:06:00Z" }),
        makeAlert({ pod: "b", instance: "10.0.0.2:8000" }, { activeAt: "2026-06-01T12:05:00Z" }),
        makeAlert({ component: "frontend", pod: "c" }),
      ),
    );
    assert.deepEqual(
      alerts?.map(({ pods, since }) => [pods, since]),
      [
        [1, "2026-06-01T12:04:00.123456789Z"],
        [2, "2026-06-01T12:05:00Z"],
      ],
    );
  });

  it("without texts have none", () => {
    for (const annotations of [undefined, null, { summary: 1, description: [] }]) {
      const [alert] = parseAlerts(alertsAnswer(makeAlert({}, { annotations }))) ?? [];
      assert.deepEqual([alert?.summary, alert?.description], ["", ""]);
    }
  });
});

describe("what a screen reader is told of alerts", () => {
  const redis = parseAlerts(alertsAnswer(makeAlert()));
  const both = parseAlerts(
    alertsAnswer(
      makeAlert({ pod: "a" }, { activeAt: "2026-06-01T12:09:00Z" }),
      makeAlert({ alertname: "SocAgentSlow", severity: "warning" }, { annotations: {} }),
    ),
  );
  const REDIS = "Alert, critical: The SOC agent's backend cannot reach Redis.";
  /** What is said after each of some answers. */
  const texts = (...answers: readonly (readonly Alert[] | undefined)[]) => {
    let news = NO_NEWS;
    return answers.map((alerts) => (news = nextNews(news, alerts)).text);
  };

  it("is each one once, also when another one joins it or it goes", () => {
    assert.deepEqual(texts(redis, redis, both, redis, []), [
      REDIS,
      REDIS,
      "Alert, warning: SocAgentSlow",
      "Alert, warning: SocAgentSlow",
      "",
    ]);
  });

  it("is again one that was over, and not one that was only out of sight", () => {
    assert.deepEqual(texts(redis, [], redis), [REDIS, "", REDIS]);
    assert.deepEqual(texts(redis, undefined, redis), [REDIS, "", ""]);
  });
});
