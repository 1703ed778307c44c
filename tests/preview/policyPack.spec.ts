/** The rules under Pulumi itself, as a pack of policies. */
import * as assert from "node:assert/strict";
import { Project } from "../support/project";

describe("the policy pack", function () {
  this.timeout("3m");
  let project: Project;

  before(async () => {
    project = await Project.copy("installed", {
      // Nothing answers there: rules need no Docker.
      DOCKER_HOST: "unix:///nonexistent/docker.sock",
    });
    await project.must("pulumi", ["stack", "select", "--create", "--stack", "dev"]);
  });
  after(() => project?.remove());

  /** An add-on's chart that nobody can have. */
  const absent = { ingress: { chart: "./absent" } };

  const preview = () =>
    project.run("pulumi", [
      ...["preview", "--non-interactive", "--color=never", "--stack", "dev"],
      ...["--policy-pack", "policy"],
    ]);

  it("passes the committed stack", async () => {
    const { code, output } = await preview();
    assert.equal(code, 0, output);
    assert.match(output, /soc-agent/);
    // Where its charts cannot be had, that is said, and nothing else.
    assert.doesNotMatch(output, /\[mandatory\]|\[advisory\](?!.*all-seen)/);
  });

  it("says which release it knows nothing of, and why", async () => {
    project.configure("dev", absent);
    const { code, output } = await preview();
    assert.equal(code, 0, output);
    assert.match(output, /\[advisory\].*all-seen[^]*Not held against the rules: .*ingress-nginx/);
  });

  it("ends a preview where a rule is broken, and says which, where and what to do", async () => {
    project.configure("dev", {
      values: { backend: { service: { type: "NodePort" } } },
    });
    const { code, output } = await preview();
    assert.notEqual(code, 0, output);
    assert.match(output, /\[mandatory\].*no-outer-service/);
    assert.match(output, /Service \S+ is a NodePort\. /);
    assert.match(output, /\[mandatory\].*flow-agreed/);
  });

  it("misses what waits for a Release", async () => {
    project.configure("dev", {});
    project.edit("components/readiness.ts", "RELEASE: of.name,", "OTHER: of.name,");
    const { code, output } = await preview();
    project.edit("components/readiness.ts", "OTHER: of.name,", "RELEASE: of.name,");
    assert.notEqual(code, 0, output);
    assert.match(output, /release-waited[^]*release soc-agent is waited for by nothing/);
    assert.doesNotMatch(output, /release observability is waited for by nothing/);
  });

  it("judges the Releases that the program registers, not those of the configuration", async () => {
    project.configure("dev", {});
    project.edit("components/app/socAgent.ts", "maxHistory: MAX_HISTORY,", "maxHistory: 50,");
    const { code, output } = await preview();
    assert.notEqual(code, 0, output);
    assert.match(output, /release-history[^]*release soc-agent keeps 50 revisions/);
  });
});
