/**
 * Images that were not made for the chart: a backend of Python that reads REDIS_URL only, and an nginx that
 * renders its configuration at its start. Runs last on its stack, whose images it replaces. Tests build on
 * each other.
 */
import * as assert from "node:assert/strict";
import { mergeValues, type Values } from "../../config/values";
import { messageOf } from "../../machine/run";
import type { Project, Started } from "../support/project";
import { until } from "../support/until";
import { npmUp, startUp } from "./support/faults";
import { liveStack } from "./support/liveStack";
import { ask, KUBECONFIG, objects, STACK, stackConfig, URL, type Pod } from "./support/stack";

const FIXTURES = "tests/fixtures/application";

/** The images, and what another page than ours is known by. */
const APPLICATION: Values = {
  images: {
    backend: { context: `${FIXTURES}/backend` },
    frontend: { context: `${FIXTURES}/frontend` },
  },
  smokeCheck: {
    checks: [
      { path: "/health", json: { status: "healthy" } },
      { path: "/api/threats", json: [] },
      { path: "/", contains: "<title>Another dashboard</title>" },
    ],
  },
};

/** What docs/application.md says that such images need. */
const NEEDS: Values = {
  values: {
    backend: { redisPasswordIn: "url", writablePaths: ["/app"] },
    frontend: { writablePaths: ["/etc/nginx/conf.d", "/var/cache/nginx", "/run"] },
  },
};

/** Seconds after the first crash within which its value is named. */
const SOON = 60;

describe("another application on a real cluster", function () {
  this.timeout("10m");
  this.bail(true);
  let project: Project;

  const configure = (...layers: Values[]) =>
    project.configure(STACK, [APPLICATION, ...layers].reduce(mergeValues, stackConfig()));

  before(async () => {
    ({ project } = await liveStack());
  });

  describe("without the values that it needs", () => {
    let run: Started;
    before(() => {
      configure({ timeout: 45 });
      run = startUp(project);
    });
    after(() => run.ended);

    it("names them soon after the first crash, while Helm still waits", async () => {
      await until("a crash", 150, async () => {
        const pods = await objects<Pod>(project, "pods", "-n", "soc-agent");
        const crashed = pods.some(({ status }) =>
          status.containerStatuses?.some(({ state, lastState }) =>
            [state, lastState].some((one) => (one?.terminated?.exitCode ?? 0) !== 0),
          ),
        );
        return crashed || undefined;
      }).catch((error: unknown) => {
        throw new Error(`${messageOf(error)}\n${run.output()}`);
      });
      const hints = [
        /the backend sends Redis no password: .* Set soc-agent:values\.backend\.redisPasswordIn to url/,
        /Add \/etc\/nginx\/conf\.d to soc-agent:values\.frontend\.writablePaths/,
      ];
      await until("the hints", SOON, async () =>
        hints.every((hint) => hint.test(run.output())) ? true : undefined,
      );
      assert.doesNotMatch(run.output(), /Release soc-agent-release \*\*/);
    });

    it("fails in the end, and names them again", async () => {
      const { code, output } = await run.ended;
      assert.notEqual(code, 0);
      assert.match(output, /likely cause:\n.*redisPasswordIn to url/);
    });
  });

  describe("with the values that it needs", () => {
    it("comes up, and answers its own checks", async () => {
      configure(NEEDS);
      const { code, output } = await npmUp(project);
      assert.equal(code, 0, output);
      assert.match(output, /answers: \/health, \/api\/threats, \/\n/);
      assert.match(await (await fetch(URL)).text(), /Another dashboard/);
      const threat = await ask<{ id: string }>("/api/threats/trigger", {
        threat_type: "bot_traffic",
      });
      const threats = await ask<readonly { id: string }[]>("/api/threats");
      assert.ok(threats.some(({ id }) => id === threat.id));
    });

    it("passes helm test, whatever language its backend is of", async () => {
      const flags = ["--kubeconfig", KUBECONFIG, "--namespace=soc-agent", "--logs"];
      const output = await project.must("helm", ["test", "soc-agent", ...flags]);
      for (const step of ["health", "ready", "list", "dashboard"]) {
        assert.match(output, new RegExp(`ok +${step}`));
      }
    });
  });
});
