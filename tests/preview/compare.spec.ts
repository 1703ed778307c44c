/** What `npm run preview` says of changes, between revisions of a repository of its own. Pulumi is pretended. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { Repository } from "./support/repository";

describe("a preview beside another revision", function () {
  this.timeout("5m");
  let repository: Repository;

  before(async () => (repository = await Repository.make()));
  after(() => repository?.remove());

  const preview = (...args: string[]) =>
    repository.run("node", ["--require", "tsx/cjs", "cli/main.ts", "preview", ...args]);
  const stackFile = (text: string) => repository.write("Pulumi.dev.yaml", text);

  it("says that nothing changes, with exit code 0", async () => {
    const { code, output } = await preview("--base", "HEAD");
    assert.equal(code, 0, output);
    assert.match(output, /Stack dev: nothing changes[^]*Stack prod: nothing changes/);
    assert.match(
      output,
      /Stack dev: keeps all rules[^]*Stack prod: rules\nwarning +Ingress soc-agent\/soc-agent lets everybody in \(login-asked\)\n +why .*\n +fix .*\n$/,
    );
  });

  it("ends with exit code 3 where a rule is broken, and says which, though objects change as well", async () => {
    stackFile("config: { 'soc-agent:values': { backend: { service: { type: NodePort } } } }");
    const files = ["--html", "report.html", "--markdown", "report.md"];
    const { code, output } = await preview("--base", "HEAD", "--stack", "dev", ...files);
    assert.equal(code, 3, output);
    assert.match(
      output,
      /Stack dev: 2 objects change[^]*Stack dev: rules\nerror +Service soc-agent\/soc-agent-backend .*\(no-outer-service\)\n +why .*\n +fix /,
    );
    assert.match(repository.read("report.md"), /### dev: rules\n\n- \*\*error:\*\* Service/);
    assert.match(repository.read("report.html"), /Stack dev: rules/);
  });

  it("says what changes and what comes of it, with exit code 2, and writes it down", async () => {
    stackFile("config: { 'soc-agent:values': { backend: { env: { LOG_LEVEL: DEBUG } } } }");
    const files = ["--html", "report.html", "--markdown", "report.md"];
    const { code, output } = await preview("--base", "HEAD", "--stack", "dev", ...files);
    assert.equal(code, 2, output);
    assert.match(output, /Stack dev: 2 objects change, 1 pod template rolls, nothing is deleted/);
    assert.match(
      output,
      /~ ConfigMap soc-agent\/soc-agent-backend-config\n +data\.LOG_LEVEL\n +- INFO\n +\+ DEBUG\n/,
    );
    assert.match(output, /soc-agent-backend: its 2 pods restart \(only checksum\/config changes/);
    assert.match(repository.read("report.md"), /## Stack dev: 2 objects change/);
    assert.match(repository.read("report.html"), /LOG\\?_LEVEL/);
  });

  it("compares with where HEAD left the default branch when told of nothing else", async () => {
    await repository.commit("Log more");
    const { code, output } = await preview("--stack", "dev");
    assert.equal(code, 2, output);
    assert.match(output, /Compared with \w{7} \(where HEAD left main\)[^]*data\.LOG_LEVEL/);
  });

  it("renders the base by its own code, and a stack that is new beside nothing", async () => {
    repository.edit("plan/chart.ts", 'maxSurge: "100%"', 'maxSurge: "50%"');
    repository.write("Pulumi.new.yaml", "config: {}");
    const { output } = await preview("--base", "HEAD", "--stack", "dev", "--stack", "new");
    assert.match(output, /rollingUpdate\.maxSurge\n +- 100%\n +\+ 50%\n/);
    assert.match(output, /Stack new: \d\d are new, 0 pod templates roll, nothing is deleted/);
    await repository.commit("Surge less");
  });

  it("says what changes in an add-on's chart, and which chart it could not see", async () => {
    const chart = "tests/fixtures/addOns/ingress-nginx";
    const repo = "http://127.0.0.1:9/";
    stackFile(
      JSON.stringify({
        config: {
          "soc-agent:ingress": { chart: `./${chart}` },
          "soc-agent:metricsServer": { repo, chart: "m", version: "1.0.0" },
        },
      }),
    );
    await repository.commit("Name charts");
    repository.edit(`${chart}/values.yaml`, "replicaCount: 1", "replicaCount: 3");
    const { code, output } = await preview("--base", "HEAD", "--stack", "dev");
    assert.equal(code, 2, output);
    assert.match(output, /Stack dev: 1 object changes, 0 pod templates roll, nothing is deleted/);
    assert.match(output, /not compared: release metrics-server: http:\S+ cannot be reached\n/);
    assert.match(
      output,
      /~ Deployment ingress-nginx\/ingress-nginx-controller\n +spec\.replicas\n +- 1\n +\+ 3\n/,
    );
    assert.match(output, /Not held against the rules: release metrics-server: http/);
    repository.edit(`${chart}/values.yaml`, "replicaCount: 3", "replicaCount: 1");
    stackFile("config: {}");
    await repository.commit("Name none");
  });

  it("takes a revision or a cluster, and not both", async () => {
    const both = await preview("--cluster", "--base", "HEAD");
    assert.equal(both.code, 2, both.output);
    assert.match(both.output, /takes --base or --cluster, got both/);
  });

  it("could not look, with exit code 1, where a side does not render, and says why", async () => {
    stackFile("config: { 'soc-agent:timeout': soon }");
    const own = await preview("--base", "HEAD", "--stack", "dev");
    assert.equal(own.code, 1, own.output);
    assert.match(
      own.output,
      /This checkout does not render: [^]*soc-agent:timeout: must be a whole number/,
    );
    await repository.commit("Wait until soon");
    stackFile("config: {}");
    const base = await preview("--base", "HEAD", "--stack", "dev");
    assert.equal(base.code, 1);
    assert.match(base.output, /\w{7} \(HEAD\) does not render: [^]*soc-agent:timeout/);
  });

  it("says of a base that is older than the command that renders that it is", async () => {
    fs.renameSync(repository.file("cli/render.ts"), repository.file("render.kept"));
    await repository.commit("Forget how to render");
    fs.renameSync(repository.file("render.kept"), repository.file("cli/render.ts"));
    const { code, output } = await preview("--base", "HEAD", "--stack", "dev");
    assert.equal(code, 1, output);
    assert.match(output, /does not render: it has no cli\/render\.ts, being older than it/);
  });

  it("installs the base's packages where they are others, and leaves nothing behind", async () => {
    await repository.commit("Render again");
    const lockfile = repository.read("package-lock.json");
    repository.write("package-lock.json", `${lockfile}\n`);
    repository.program("npm", `echo "npm $*" >>"$CALLS"; ln -s "$PACKAGES" node_modules`);
    const { code, output } = await preview("--base", "HEAD", "--stack", "dev");
    assert.equal(code, 0, output);
    assert.match(repository.calls(), /npm ci --workspaces=false --ignore-scripts/);
    const worktrees = fs.readdirSync(repository.file(".git"));
    assert.ok(
      !worktrees.includes("worktrees") ||
        fs.readdirSync(repository.file(path.join(".git", "worktrees"))).length === 0,
    );
  });
});
