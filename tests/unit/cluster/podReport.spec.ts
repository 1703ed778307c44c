import * as assert from "node:assert/strict";
import {
  crashCauses,
  isFailing,
  isReady,
  podReport,
  podsAwaited,
  reasonOf,
  type Pod,
} from "../../../cluster/podReport";
import { Scratch } from "../support/fakes";

const pod = (status: Pod["status"], name = "api-1"): Pod => ({ metadata: { name }, status });
const container = {
  name: "backend",
  image: "soc-backend:1",
  imageID: "",
  ready: false,
  restartCount: 0,
};

describe("isReady", () => {
  it("tells a serving pod and a finished one from the others", () => {
    const ready = (status: string) => pod({ conditions: [{ type: "Ready", status }] });
    assert.equal(isReady(ready("True")), true);
    assert.equal(isReady(ready("False")), false);
    assert.equal(isReady(pod({ phase: "Succeeded" })), true);
    assert.equal(isReady(pod({ phase: "Pending" })), false);
  });
});

describe("isFailing", () => {
  const waiting = (reason: string): Pod["status"] => ({
    containerStatuses: [{ ...container, state: { waiting: { reason } } }],
  });
  const crashed = { terminated: { exitCode: 1, reason: "Error" } };
  const hopeless: readonly (readonly [string, Pod["status"]])[] = [
    ["a crash loop", waiting("CrashLoopBackOff")],
    ["an image that is nowhere", waiting("ErrImageNeverPull")],
    ["an image that cannot be pulled", waiting("ImagePullBackOff")],
    ["a configuration that is missing", waiting("CreateContainerConfigError")],
    ["a crash right now", { containerStatuses: [{ ...container, state: crashed }] }],
    ["a restart after a crash", { containerStatuses: [{ ...container, lastState: crashed }] }],
    ["a crash of an init container", { initContainerStatuses: [{ ...container, state: crashed }] }],
  ];
  for (const [title, status] of hopeless) {
    it(`is true for ${title}`, () => assert.equal(isFailing(pod(status)), true));
  }

  const hopeful: readonly (readonly [string, Pod["status"]])[] = [
    ["a container that is being made", waiting("ContainerCreating")],
    ["a container that is not ready yet", { containerStatuses: [container] }],
    [
      "a container that recovered",
      { containerStatuses: [{ ...container, ready: true, lastState: crashed }] },
    ],
    ["a pod without a node yet", { phase: "Pending" }],
  ];
  for (const [title, status] of hopeful) {
    it(`is false for ${title}`, () => assert.equal(isFailing(pod(status)), false));
  }
});

describe("reasonOf", () => {
  const cases: [string, Pod["status"], string][] = [
    [
      "an image that cannot be pulled",
      {
        containerStatuses: [
          {
            ...container,
            state: { waiting: { reason: "ErrImageNeverPull", message: "not there" } },
          },
        ],
      },
      "container backend: ErrImageNeverPull, not there",
    ],
    [
      "a crash loop",
      {
        containerStatuses: [
          {
            ...container,
            restartCount: 3,
            state: { waiting: { reason: "CrashLoopBackOff" } },
            lastState: { terminated: { exitCode: 1, reason: "Error" } },
          },
        ],
      },
      "container backend: CrashLoopBackOff: last exit code 1 (Error): 3 restarts",
    ],
    [
      "a failing readiness probe",
      { containerStatuses: [container] },
      "container backend: running, but not ready",
    ],
    [
      "a pod that fits no node",
      {
        conditions: [
          {
            type: "PodScheduled",
            status: "False",
            reason: "Unschedulable",
            message: "0/3 nodes are available",
          },
        ],
      },
      "Unschedulable: 0/3 nodes are available",
    ],
    ["a pod that says nothing", { phase: "Pending" }, "Pending"],
  ];
  for (const [title, status, expected] of cases) {
    it(`explains ${title}`, () => assert.equal(reasonOf(pod(status)), expected));
  }
});

describe("podReport", () => {
  let scratch: Scratch;
  const before = process.env;
  beforeEach(() => {
    scratch = new Scratch();
    process.env = scratch.env();
  });
  afterEach(() => {
    process.env = before;
    scratch.remove();
  });
  const of = { kubeconfigFile: ".kube/dev.yaml", namespace: "soc-agent" };

  it("names the pod, the reason, the events, the last log lines and where to look further", async () => {
    const items = [
      pod({
        containerStatuses: [
          { ...container, restartCount: 1, state: { waiting: { reason: "CrashLoopBackOff" } } },
        ],
      }),
      pod({ conditions: [{ type: "Ready", status: "True" }] }, "web-1"),
    ];
    scratch.program(
      "kubectl",
      `case "$*" in
  *"get pods"*) echo '${JSON.stringify({ items })}' ;;
  *"get events"*) echo "BackOff: restarting" ;;
  *logs*--previous*) echo "REDIS_URL is not a URL" ;;
  *) echo "unexpected: $*" >&2; exit 1 ;;
esac`,
    );
    assert.equal(
      await podReport(of),
      `Not ready in namespace soc-agent: 1 of 2 pods
  api-1: container backend: CrashLoopBackOff: 1 restarts
    events:
      BackOff: restarting
    log:
      REDIS_URL is not a URL
Look further with:
  kubectl --kubeconfig=.kube/dev.yaml --namespace=soc-agent describe pod api-1
  kubectl --kubeconfig=.kube/dev.yaml --namespace=soc-agent get events --sort-by=.lastTimestamp`,
    );
  });

  it("has the last words of a container that was restarted while it was asked", async () => {
    const terminated = { exitCode: 1, reason: "Error" };
    const items = [pod({ containerStatuses: [{ ...container, state: { terminated } }] })];
    scratch.program(
      "kubectl",
      `case "$*" in
  *"get pods"*) echo '${JSON.stringify({ items })}' ;;
  *logs*--previous*) echo "not today" ;;
esac`,
    );
    assert.match(await podReport(of), /container backend: Error\n {4}log:\n {6}not today\n/);
  });

  const crashing = pod({
    containerStatuses: [
      { ...container, restartCount: 1, state: { waiting: { reason: "CrashLoopBackOff" } } },
    ],
  });
  const removed = 'echo "unable to retrieve container logs for containerd://8d9b"';
  const inBetween: readonly (readonly [string, string])[] = [
    ["the container that runs now", `*--previous*) ${removed} ;;\n*logs*) echo "not today" ;;`],
    [
      "the container that the next status names",
      `*logs*) if [ -e asked ]; then echo "not today"; else ${removed}; fi
  case "$*" in *--previous*) ;; *) : >asked ;; esac ;;`,
    ],
  ];
  for (const [title, answers] of inBetween) {
    it(`has the last words of ${title}, when the one before is removed already`, async () => {
      const items = [crashing];
      const asked = scratch.file("asked");
      scratch.program(
        "kubectl",
        `case "$*" in
*"get pods"*) echo '${JSON.stringify({ items })}' ;;
${answers.replaceAll("asked", asked)}
esac`,
      );
      assert.match(await podReport(of), /log:\n {6}not today\nLook further/);
    });
  }

  describe("of a crash whose cause is known", () => {
    const labels = { "app.kubernetes.io/component": "backend" };
    const withLabels = ({ metadata, status }: Pod, name: string): Pod => ({
      metadata: { ...metadata, name, labels },
      status,
    });
    const says = (items: readonly Pod[]) =>
      scratch.program(
        "kubectl",
        `case "$*" in
*"get pods"*) echo '${JSON.stringify({ items })}' ;;
*logs*) echo "redis.exceptions.AuthenticationError: Authentication required." ;;
esac`,
      );

    it("names the value to set, once for all pods", async () => {
      says([withLabels(crashing, "api-1"), withLabels(crashing, "api-2")]);
      const causes = await crashCauses(of);
      assert.equal(causes.length, 1);
      assert.match(causes[0] ?? "", /Set soc-agent:values\.backend\.redisPasswordIn to url/);
      assert.match(await podReport(of), /likely cause:\n {6}the backend sends Redis no password/);
    });

    it("reads no log of pods that only take their time", async () => {
      says([withLabels(pod({ containerStatuses: [container] }), "api-1")]);
      assert.deepEqual(await crashCauses(of), []);
      assert.ok(!scratch.calls.some((call) => call.includes("logs")));
    });

    it("knows of none where the cluster cannot be asked", async () => {
      scratch.program("kubectl", "exit 1");
      assert.deepEqual(await crashCauses(of), []);
    });
  });

  const waiting = pod({
    containerStatuses: [{ ...container, state: { waiting: { reason: "ContainerCreating" } } }],
  });
  const ready = pod({ conditions: [{ type: "Ready", status: "True" }] }, "web-1");
  const awaited: [string, Pod[], string][] = [
    [
      "names the pods",
      [waiting, ready],
      "waiting for api-1 (container backend: ContainerCreating)",
    ],
    ["says that there is nothing to wait for", [ready], "every pod is ready"],
  ];
  for (const [title, items, expected] of awaited) {
    it(`${title} while a release is awaited`, async () => {
      scratch.program("kubectl", `echo '${JSON.stringify({ items })}'`);
      assert.equal(await podsAwaited(of), expected);
    });
  }

  it("says so when the cluster cannot be asked", async () => {
    scratch.program("kubectl", "echo 'connection refused' >&2; exit 1");
    assert.match(await podsAwaited(of), /could not be asked for its pods: .*connection refused/s);
    assert.match(await podReport(of), /could not be asked for its pods: .*connection refused/s);
  });
});
