import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { Scratch } from "../support/fakes";
import { ROOT } from "../../../config/project";

const SCRIPT = path.join(ROOT, "scripts/remove-add-ons.sh");
const NGINX = "ingress-nginx/ingress-nginx";
const TRAEFIK = "traefik/traefik";
const METRICS = "kube-system/metrics-server";

/** What the stack had and wants, and what the fake Helm knows. */
interface World {
  readonly had?: readonly string[];
  readonly wanted: readonly string[];
  /** Whether Helm finds whatever it is asked for. */
  readonly found?: boolean;
  /** What Helm does when it is to remove something. */
  readonly uninstall?: string;
}

describe("remove-add-ons.sh", () => {
  let scratch: Scratch;
  beforeEach(() => (scratch = new Scratch()));
  afterEach(() => scratch.remove());

  function run({ had, wanted, found = true, uninstall = "" }: World) {
    scratch.program(
      "helm",
      `case "$1" in
  list) ${found ? `echo "${11}" | tr -d '^$'` : ""} ;;
  uninstall) echo "uninstalled"; ${uninstall} ;;
esac`,
    );
    scratch.program("kubectl", "");
    const previous = had && { PULUMI_COMMAND_STDOUT: had.join(" ") };
    const env = scratch.env({ KUBECONFIG: "dev.yaml", WANTED: wanted.join(" "), ...previous });
    return spawnSync("/bin/sh", [SCRIPT], {
      cwd: scratch.dir,
      env: { ...env, PATH: `${scratch.bin}:/usr/bin:/bin` },
      encoding: "utf8",
    });
  }
  const removals = () => scratch.calls.filter((call) => /^(helm uninstall|kubectl)/.test(call));

  it("asks nothing of a new cluster, and prints what is wanted for the next run", () => {
    const { status, stdout } = run({ wanted: [NGINX, METRICS] });
    assert.equal(status, 0);
    assert.equal(stdout, `${NGINX} ${METRICS}\n`);
    assert.deepEqual(scratch.calls, []);
  });

  it("removes a controller that was switched, and then the namespace that was its own", () => {
    const { status, stdout } = run({ had: [NGINX, METRICS], wanted: [TRAEFIK, METRICS] });
    assert.equal(status, 0);
    assert.equal(stdout, `${TRAEFIK} ${METRICS}\n`);
    assert.deepEqual(removals(), [
      "helm uninstall ingress-nginx --namespace ingress-nginx --wait --timeout 2m",
      "kubectl delete namespace ingress-nginx --ignore-not-found --timeout 2m",
    ]);
  });

  it("keeps a namespace that others use", () => {
    run({ had: [NGINX, METRICS], wanted: [NGINX] });
    assert.deepEqual(removals(), [
      "helm uninstall metrics-server --namespace kube-system --wait --timeout 2m",
    ]);
  });

  it("removes what was made beside an add-on with it, and not before", () => {
    const stack = "monitoring/observability";
    const beside = [`${stack}:secret/grafana-admin`, `${stack}:namespace/monitoring-agents`];
    run({ had: [METRICS, stack, ...beside], wanted: [METRICS] });
    assert.deepEqual(removals(), [
      "helm uninstall observability --namespace monitoring --wait --timeout 2m",
      "kubectl delete secret/grafana-admin --namespace monitoring --ignore-not-found --timeout 2m",
      "kubectl delete namespace/monitoring-agents --namespace monitoring --ignore-not-found --timeout 2m",
    ]);
  });

  it("leaves alone what is no longer known to be beside an add-on that stays", () => {
    const stack = "monitoring/observability";
    run({ had: [stack, `${stack}:namespace/monitoring`], wanted: [stack] });
    assert.deepEqual(removals(), []);
  });

  it("removes everything when nothing is wanted any more", () => {
    const { stdout } = run({ had: [TRAEFIK, METRICS], wanted: [] });
    assert.equal(stdout, "\n");
    assert.equal(removals().filter((call) => call.startsWith("helm")).length, 2);
  });

  it("looks for unfinished releases too, and goes on when there is none", () => {
    const { status } = run({ had: [METRICS], wanted: [], found: false });
    assert.equal(status, 0);
    assert.deepEqual(scratch.calls, [
      "helm list --deployed --failed --pending --superseded --uninstalled --uninstalling " +
        "--namespace kube-system --filter ^metrics-server$ --short",
    ]);
  });

  it("fails when Helm does, and keeps its progress out of what the next run gets", () => {
    const { status, stdout, stderr } = run({ had: [NGINX], wanted: [], uninstall: "exit 3" });
    assert.equal(status, 3);
    assert.equal(stdout, "");
    assert.match(stderr, /Removing ingress-nginx\nuninstalled/);
    assert.ok(!scratch.calls.some((call) => call.startsWith("kubectl")));
  });
});
