import * as assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { foreignCluster } from "../../../machine/faults";
import { Scratch } from "../support/fakes";
import { ROOT } from "../../../config/project";

const SCRIPT = path.join(ROOT, "scripts/kind-cluster.sh");

/** What the fake Docker knows: node containers, and what kubeadm was told in them. */
interface World {
  readonly nodes?: readonly string[];
  /** Identity in the nodes; "none" for a kubeadm configuration without one; unset before kubeadm. */
  readonly told?: string;
  /** What the stack remembers. */
  readonly remembered?: string;
  /** Whether the engine makes another node while the first are deleted. */
  readonly late?: boolean;
}

describe("kind-cluster.sh", () => {
  let scratch: Scratch;
  beforeEach(() => (scratch = new Scratch()));
  afterEach(() => scratch.remove());

  const kubeconfig = () => scratch.file(".kube/dev.yaml");
  const identity = () => scratch.file(".kube/dev.identity");

  function run(command: string, { nodes = [], told, remembered, late = false }: World) {
    fs.mkdirSync(scratch.file(".kube"), { recursive: true });
    if (remembered) {
      fs.writeFileSync(identity(), `${remembered}\n`);
      fs.writeFileSync(kubeconfig(), "old");
    }
    const label = told === "none" ? "" : `,soc-agent.dev/identity=${told}`;
    scratch.program(
      "docker",
      `case "$1" in
  ps) [ -e "$HOME/deleted" ] || printf '%s\\n' ${nodes.join(" ")} ;;
  exec) cat >>"$HOME/told" ;;
  cp) ${told ? `echo 'node-labels: "ingress-ready=true${label}"'` : "exit 1"} ;;
esac`,
    );
    // A node that comes up late is there once more after the first deletion.
    scratch.program(
      "kind",
      `case "$1" in
  delete) [ ! -e "$HOME/late" ] || touch "$HOME/deleted"; touch "$HOME/${late ? "late" : "deleted"}" ;;
  *) cat >"$HOME/stdin" ;;
esac`,
    );
    scratch.program("kubectl", "");
    const env = scratch.env({
      CLUSTER_NAME: "soc-demo",
      IDENTITY: "abc.new",
      KUBECONFIG_FILE: kubeconfig(),
      NAMESPACE: "soc-agent",
    });
    return spawnSync("/bin/sh", [SCRIPT, command], {
      cwd: scratch.dir,
      env: { ...env, PATH: `${scratch.bin}:/usr/bin:/bin` },
      input: "{}",
      encoding: "utf8",
    });
  }
  const kindCalls = () => scratch.calls.filter((call) => call.startsWith("kind "));
  const deletes = () => kindCalls().filter((call) => call.startsWith("kind delete"));
  const nodes = ["soc-demo-control-plane"];

  describe("create", () => {
    it("makes a cluster from the configuration on its input, and remembers its identity first", () => {
      const { status, stderr } = run("create", {});
      assert.equal(status, 0, stderr);
      assert.deepEqual(kindCalls(), [
        `kind create cluster --name soc-demo --kubeconfig ${kubeconfig()} --config -`,
      ]);
      assert.equal(fs.readFileSync(scratch.file("stdin"), "utf8"), "{}");
      assert.equal(fs.readFileSync(identity(), "utf8"), "abc.new\n");
      assert.equal(fs.statSync(identity()).mode & 0o777, 0o600);
    });

    const left: [string, World][] = [
      ["with its identity", { nodes, told: "abc.old", remembered: "abc.old" }],
      ["before it had one", { nodes, remembered: "abc.old" }],
    ];
    for (const [title, world] of left) {
      it(`removes what an interrupted run left ${title}`, () => {
        assert.equal(run("create", world).status, 0);
        assert.equal(deletes().length, 1);
        assert.equal(kindCalls().length, 2);
      });
    }

    it("removes a node as well that comes up while the others are removed", () => {
      assert.equal(run("create", { nodes, remembered: "abc.old", late: true }).status, 0);
      assert.equal(deletes().length, 2);
    });

    const earlier: [string, string[], NodeJS.Signals | null][] = [
      ["ends", ["kind create cluster --name soc-demo --config -"], "SIGKILL"],
      ["spares what is not", ["kind create cluster --name soc-demo-2 --config -"], null],
    ];
    for (const [title, args, signal] of earlier) {
      it(`${title} an earlier kind of this cluster whose parent was killed`, async () => {
        const script = "setInterval(() => {}, 1000)";
        const left = spawn(process.execPath, ["-e", script, ...args], { stdio: "ignore" });
        const ended = once(left, "exit");
        fs.mkdirSync(scratch.file(".kube"));
        fs.writeFileSync(scratch.file(".kube/dev.pid"), `${left.pid}\n`);
        assert.equal(run("create", {}).status, 0);
        assert.equal(kindCalls().length, 1);
        if (signal === null) {
          assert.equal(left.exitCode, null);
          left.kill("SIGTERM");
        }
        assert.deepEqual(await ended, [null, signal ?? "SIGTERM"]);
      });
    }

    const foreign: [string, World][] = [
      ["of another stack", { nodes, told: "xyz.1", remembered: "abc.old" }],
      ["made by hand", { nodes, told: "none", remembered: "abc.old" }],
      ["that nobody here remembers", { nodes, told: "abc.old" }],
      ["that is just being made by somebody else", { nodes }],
    ];
    for (const [title, world] of foreign) {
      it(`refuses a cluster ${title}, and touches nothing`, () => {
        const { status, stderr } = run("create", world);
        assert.equal(status, 1);
        assert.match(stderr, /not made by this stack.*\n.*soc-agent:cluster\.kind\.name/);
        // In the words of everybody else: an environment that named the nodes and the stack would be state.
        const { what, why, fix } = foreignCluster("soc-demo", [], "dev");
        const [said = "", advice = ""] = stderr.split("\n");
        assert.equal(said.toLowerCase(), `${what.replace(" ()", "")}: ${why}.`.toLowerCase());
        for (const part of ["kind delete cluster --name soc-demo", "soc-agent:cluster.kind.name"]) {
          assert.ok(advice.includes(part) && fix.includes(part), `${advice}\n${fix}`);
        }
        assert.deepEqual(kindCalls(), []);
      });
    }
  });

  describe("mirrors", () => {
    it("runs the script on its input in every node", () => {
      const { status, stderr } = run("mirrors", { nodes: ["abc", "def"] });
      assert.equal(status, 0, stderr);
      assert.deepEqual(scratch.calls.slice(1), [
        "docker exec --interactive abc sh",
        "docker exec --interactive def sh",
      ]);
      assert.deepEqual(fs.readFileSync(scratch.file("told"), "utf8"), "{}\n{}\n");
    });
  });

  describe("ready", () => {
    it("waits until all nodes take pods", () => {
      const { status, stderr } = run("ready", {});
      assert.equal(status, 0, stderr);
      assert.deepEqual(scratch.calls, [
        "kubectl wait nodes --all --for=condition=Ready --timeout=180s",
      ]);
    });
  });

  describe("delete", () => {
    it("deletes the stack's cluster, its kubeconfig and its identity", () => {
      assert.equal(run("delete", { nodes, told: "abc.new", remembered: "abc.new" }).status, 0);
      assert.equal(deletes().length, 1);
      assert.deepEqual(fs.readdirSync(scratch.file(".kube")), []);
    });

    it("has nothing to do when the cluster is gone", () => {
      const { status, stderr } = run("delete", { remembered: "abc.new" });
      assert.equal(status, 0);
      assert.match(stderr, /gone already/);
      assert.deepEqual(kindCalls(), []);
      assert.deepEqual(fs.readdirSync(scratch.file(".kube")), []);
    });

    it("leaves somebody else's cluster alone", () => {
      const { status, stderr } = run("delete", { nodes, told: "none", remembered: "abc.new" });
      assert.equal(status, 0);
      assert.match(stderr, /left alone/);
      assert.deepEqual(kindCalls(), []);
    });

    it("fails when Docker cannot say what is there", () => {
      fs.mkdirSync(scratch.file(".kube"), { recursive: true });
      scratch.program("docker", "echo 'Cannot connect to the Docker daemon' >&2; exit 1");
      const env = scratch.env({
        CLUSTER_NAME: "soc-demo",
        IDENTITY: "abc.new",
        KUBECONFIG_FILE: kubeconfig(),
      });
      const { status, stderr } = spawnSync("/bin/sh", [SCRIPT, "delete"], {
        env: { ...env, PATH: `${scratch.bin}:/usr/bin:/bin` },
        encoding: "utf8",
      });
      assert.notEqual(status, 0);
      assert.match(stderr, /Cannot connect to the Docker daemon/);
    });
  });
});
