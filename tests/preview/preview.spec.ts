/** What a pull request runs: previews on a machine that has no Docker, no cluster and no kubeconfig. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Project } from "../support/project";

describe("pulumi, without Docker, a cluster or a kubeconfig", function () {
  this.timeout("3m");
  let project: Project;
  let home: string;

  before(async () => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), "soc-home-"));
    const { PULUMI_HOME = path.join(os.homedir(), ".pulumi") } = process.env;
    project = await Project.copy("installed", {
      HOME: home,
      PULUMI_HOME,
      KUBECONFIG: undefined,
      DOCKER_HOST: "unix:///nonexistent/docker.sock",
    });
  });
  after(() => {
    project?.remove();
    fs.rmSync(home, { recursive: true, force: true });
  });

  const select = (stack: string) =>
    project.must("pulumi", ["stack", "select", "--create", "--stack", stack]);

  const stacks: [string, string[], RegExp[]][] = [
    [
      "dev",
      [
        "soc:index:KindCluster kind",
        "command:local:Command kind-cluster",
        "command:local:Command pod-images",
        "kubernetes:helm.sh/v3:Release ingress-nginx-release",
        "command:local:Command ingress-nginx-ready",
        "kubernetes:helm.sh/v3:Release metrics-server-release",
        "pulumi:index:Stash observability-choice",
        "kubernetes:core/v1:Namespace observability-monitoring",
        "kubernetes:helm.sh/v3:Release observability-release",
        "kubernetes:helm.sh/v3:Release soc-agent-release",
        "command:local:Command soc-agent-ready",
        "command:local:Command soc-agent-smoke",
      ],
      [/Not checked in this preview: the Kind cluster, and images .*no Docker engine answers/],
    ],
    [
      "prod",
      [
        "soc:index:ExistingCluster existing",
        "pulumi:providers:kubernetes existing-provider",
        "kubernetes:helm.sh/v3:Release soc-agent-release",
        "command:local:Command soc-agent-ready",
        "command:local:Command soc-agent-smoke",
      ],
      [/Not checked in this preview: the cluster, because the kubeconfig .* does not exist/],
    ],
  ];
  for (const [stack, resources, warnings] of stacks) {
    it(`previews ${stack} from an empty state, and says what it could not check`, async () => {
      await select(stack);
      const output = await project.must("pulumi", [
        "preview",
        "--non-interactive",
        "--stack",
        stack,
      ]);
      for (const resource of resources) {
        assert.ok(output.includes(`+  ${resource} create`), `${resource} is not in:\n${output}`);
      }
      for (const warning of warnings) {
        assert.match(output, warning);
      }
    });
  }

  const kind = (settings: object) => ({ cluster: { kind: settings } });
  const broken: [string, Record<string, unknown>, RegExp[]][] = [
    ["a wrong type", kind({ workers: "two" }), [/workers: must be a whole number .*got "two"/]],
    ["zero workers", kind({ workers: 0 }), [/workers: must be .* from 1 to 9, got 0/]],
    ["an unknown key", { clutser: {} }, [/clutser: is not a key\. Did you mean "cluster"\?/]],
    ["a port clash", kind({ httpPort: 8443 }), [/httpsPort: must differ from httpPort, got 8443/]],
    ["a port that is none", kind({ httpsPort: 0 }), [/httpsPort: must be a port .*got 0/]],
    [
      "a missing Dockerfile",
      { images: { backend: { dockerfile: "backend/Containerfile" } } },
      [/dockerfile: must be a Dockerfile, got "backend\/Containerfile", which does not exist/],
    ],
    [
      "a missing context",
      { images: { frontend: { context: "../web" } } },
      [/context: must be a folder with a Dockerfile, got "\.\.\/web"/],
    ],
    [
      "a tag with a space",
      { images: { backend: { ref: "soc-backend:my tag" } } },
      [/images\.backend\.ref: .*without spaces, got "soc-backend:my tag"/],
    ],
    ["a cluster name in capitals", kind({ name: "SOC" }), [/name: must be a name of lower-case/]],
    [
      "an unknown chart value",
      { values: { backend: { replicaCounts: 3 } } },
      [
        /values\.backend\.replicaCounts: is not a value of the chart\. Did you mean "replicaCount"\?/,
      ],
    ],
    [
      "a chart value of a wrong type",
      { values: { backend: { hpa: { enabled: "yes" } } } },
      [/values\.backend\.hpa\.enabled: must be boolean, got "yes"/],
    ],
    ["a key in plain text", { openaiApiKey: "sk-canary" }, [/openaiApiKey: must be a secret/]],
    [
      "several of them, all at once",
      { ...kind({ workers: 0, httpPort: "x" }), ingress: { install: "yes" } },
      [/3 problems/, /workers/, /httpPort/, /ingress\.install: must be true or false, got "yes"/],
    ],
  ];
  for (const [title, config, messages] of broken) {
    it(`refuses ${title} before any resource is touched`, async () => {
      const stack = "broken";
      project.configure(stack, config);
      await select(stack);
      const { code, output } = await project.run("pulumi", [
        "up",
        "--yes",
        "--skip-preview",
        "--stack",
        stack,
      ]);
      assert.notEqual(code, 0);
      for (const message of messages) {
        assert.match(output, message);
      }
      assert.doesNotMatch(output, /sk-canary|unhandled exception/);
      const state = JSON.parse(await project.must("pulumi", ["stack", "export", "--stack", stack]));
      const types = (state.deployment.resources ?? []).map(({ type }: { type: string }) => type);
      assert.deepEqual(types, ["pulumi:pulumi:Stack"]);
    });
  }
});
