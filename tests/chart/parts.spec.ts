/** What every part takes for its pods: the helper `soc-agent.pod`, the probes, and what is refused. */
import * as assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { refusal, render, type Values } from "./support/helm";
import { find, pods, workloads, type PodSpec, type Workload } from "./support/manifest";
import { restrictedViolations } from "../../plan/podSecurity";

const PARTS = ["backend", "frontend", "redis"] as const;
type Part = (typeof PARTS)[number];

const container = ({ spec }: Workload) => spec.template.spec.containers[0];

/** What a part takes, and what then stands where in what runs it. */
interface Taken {
  readonly key: string;
  readonly value: unknown;
  /** Looks up what it became. */
  readonly found: (made: Workload) => unknown;
  /** What it must have become. @default the value */
  readonly want?: unknown;
}

const inPod = (key: keyof PodSpec, value: unknown, want = value): Taken => ({
  key,
  value,
  found: ({ spec }) => spec.template.spec[key],
  want,
});
const figures = {
  initialDelaySeconds: 1,
  periodSeconds: 2,
  timeoutSeconds: 3,
  failureThreshold: 4,
};

const TAKEN: readonly Taken[] = [
  {
    key: "podAnnotations",
    value: { "example.com/a": 1_000_000, "example.com/b": true },
    found: ({ spec }) => {
      const { annotations } = spec.template.metadata as { annotations?: Values };
      return [annotations?.["example.com/a"], annotations?.["example.com/b"]];
    },
    want: ["1000000", "true"],
  },
  {
    key: "podLabels",
    value: { team: 12_345_678_901 },
    found: ({ spec }) => spec.template.metadata.labels["team"],
    want: "12345678901",
  },
  {
    key: "extraEnv",
    value: [
      { name: "NUMBER", value: 1_000_000 },
      { name: "NODE", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
    ],
    found: (made) => container(made)?.env?.slice(-2),
    want: [
      { name: "NUMBER", value: "1000000" },
      { name: "NODE", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
    ],
  },
  {
    // Before the chart's own, which then counts.
    key: "envFrom",
    value: [{ secretRef: { name: "more" } }],
    found: (made) => container(made)?.envFrom?.slice(0, 1),
  },
  {
    key: "extraVolumes",
    value: [{ name: "certs", secret: { secretName: "certs" } }],
    found: ({ spec }) => spec.template.spec.volumes?.slice(-1),
  },
  {
    key: "extraVolumeMounts",
    value: [{ name: "certs", mountPath: "/certs", readOnly: true }],
    found: (made) => container(made)?.volumeMounts?.slice(-1),
  },
  {
    key: "writablePaths",
    value: ["/var/cache/app", { path: "/run/app", seed: false, sizeLimit: "10Mi" }],
    found: (made) => {
      const { volumes = [], initContainers = [] } = made.spec.template.spec;
      const ours = ({ name }: { readonly name: string }) => name.startsWith("writable-");
      const [seed] = initContainers;
      return {
        volumes: volumes.filter(ours),
        mounts: container(made)?.volumeMounts?.filter(ours),
        seed: [seed?.name, seed?.image, seed?.command?.slice(3), seed?.volumeMounts],
        hardened: seed?.securityContext?.allowPrivilegeEscalation,
      };
    },
    want: {
      volumes: [
        { name: "writable-0", emptyDir: {} },
        { name: "writable-1", emptyDir: { sizeLimit: "10Mi" } },
      ],
      mounts: [
        { name: "writable-0", mountPath: "/var/cache/app" },
        { name: "writable-1", mountPath: "/run/app" },
      ],
      seed: [
        "seed",
        "example.com/app:1",
        ["seed", "/writable/0=/var/cache/app"],
        [{ name: "writable-0", mountPath: "/writable/0" }],
      ],
      hardened: false,
    },
  },
  {
    key: "initContainers",
    value: [{ name: "wait", image: "example.com/wait:1" }],
    found: ({ spec }) => spec.template.spec.initContainers?.slice(-1),
  },
  {
    key: "extraContainers",
    value: [{ name: "side", image: "example.com/side:1", resources: { requests: { cpu: "10m" } } }],
    found: ({ spec }) => spec.template.spec.containers.slice(1),
  },
  {
    key: "podSecurityContext",
    value: { runAsUser: 1_000_680_000, supplementalGroups: [5000] },
    found: ({ spec: { template } }) => {
      const context = template.spec.securityContext;
      return [context?.runAsUser, context?.supplementalGroups, context?.runAsNonRoot];
    },
    want: [1_000_680_000, [5000], true],
  },
  {
    key: "securityContext",
    value: { readOnlyRootFilesystem: false },
    found: (made) => container(made)?.securityContext,
    want: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: false,
      capabilities: { drop: ["ALL"] },
    },
  },
  inPod("nodeSelector", { gpu: true }, { gpu: "true" }),
  inPod("affinity", { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } }),
  {
    key: "topologySpreadConstraints",
    value: [{ maxSkew: 2, topologyKey: "rack", whenUnsatisfiable: "DoNotSchedule" }],
    found: ({ spec: { template, selector } }) =>
      template.spec.topologySpreadConstraints?.map(({ labelSelector, ...rest }) => [
        rest,
        isDeepStrictEqual(labelSelector, selector),
      ]),
    want: [[{ maxSkew: 2, topologyKey: "rack", whenUnsatisfiable: "DoNotSchedule" }, true]],
  },
  inPod("tolerations", [{ key: "own", operator: "Exists" }]),
  inPod("priorityClassName", "own"),
  inPod("runtimeClassName", "gvisor"),
  inPod("hostAliases", [{ ip: "192.0.2.1", hostnames: ["cache"] }]),
  inPod("dnsPolicy", "None"),
  inPod("dnsConfig", { nameservers: ["192.0.2.53"], options: [{ name: "ndots", value: "2" }] }),
  {
    key: "strategy",
    value: { type: "Recreate" },
    found: ({ spec }) => "strategy" in spec && spec.strategy,
  },
  { key: "revisionHistoryLimit", value: 0, found: ({ spec }) => spec.revisionHistoryLimit },
  {
    key: "probes",
    value: {
      startup: figures,
      liveness: { ...figures, successThreshold: 1 },
      readiness: { ...figures, successThreshold: 5 },
    },
    found: (made) =>
      [
        container(made)?.startupProbe,
        container(made)?.livenessProbe,
        container(made)?.readinessProbe,
      ].map((probe) => {
        const { httpGet, exec, ...rest } = probe ?? {};
        return [rest, httpGet !== exec];
      }),
    want: [
      [figures, true],
      [{ ...figures, successThreshold: 1 }, true],
      [{ ...figures, successThreshold: 5 }, true],
    ],
  },
];

/** All of it at once, for one part. */
function everything(part: Part): Values {
  const taken = Object.fromEntries(TAKEN.map(({ key, value }) => [key, value]));
  return { [part]: { ...taken, image: { repository: "example.com/app", tag: "1" } } };
}

const workload = async (part: Part, values: Values = {}) =>
  find(await render({ values }), "Deployment", `soc-agent-${part}`);

/** The chart's own Secret would have another password each time. */
const given = (values: Values = {}): Values => ({
  ...values,
  redis: { auth: { existingSecret: "redis" }, ...(values["redis"] as Values | undefined) },
});

describe("chart: what every part takes", function () {
  this.timeout(60_000);

  for (const part of PARTS) {
    describe(`for the pods of ${part}`, () => {
      for (const { key, value, found, want = value } of TAKEN) {
        it(`is ${key}`, async () => {
          assert.deepEqual(found(await workload(part, given(everything(part)))), want);
        });
      }

      it("is nothing by default", async () => {
        const made = await workload(part, given());
        for (const { key, value, found, want = value } of TAKEN) {
          // Redis is replaced so anyway: two would each have half of the threats.
          if (!(part === "redis" && key === "strategy")) {
            assert.notDeepEqual(found(made), want, key);
          }
        }
      });

      it("changes no other part", async () => {
        const plain = workloads(await render({ values: given() }));
        const changed = workloads(await render({ values: given(everything(part)) }));
        assert.deepEqual(
          changed
            .filter(({ spec }, index) => !isDeepStrictEqual(spec, plain[index]?.spec))
            .map(nameOf),
          [`soc-agent-${part}`],
        );
      });

      it("keeps what the chart itself has there", async () => {
        const plain = await workload(part, given());
        const full = await workload(part, given(everything(part)));
        const lists = ({ spec: { template } }: Workload) => [
          ...Object.entries(template.metadata.labels),
          ...(template.spec.volumes ?? []),
          ...(template.spec.containers[0]?.env ?? []),
          ...(template.spec.containers[0]?.envFrom ?? []),
          ...(template.spec.containers[0]?.volumeMounts ?? []),
        ];
        for (const own of lists(plain)) {
          assert.ok(
            lists(full).some((entry) => isDeepStrictEqual(entry, own)),
            JSON.stringify(own),
          );
        }
      });
    });
  }

  it("is, where a part has its own, not what all pods have", async () => {
    const values = {
      priorityClassName: "all",
      tolerations: [{ key: "all" }],
      nodeSelector: { all: "" },
      redis: { priorityClassName: "own", tolerations: [{ key: "own" }], nodeSelector: { own: "" } },
    };
    const found = pods(await render({ values: given(values) })).map(({ name, spec }) => [
      name,
      spec.priorityClassName,
      spec.tolerations?.[0]?.key,
      Object.keys(spec.nodeSelector ?? {})[0],
    ]);
    assert.deepEqual(found, [
      ["soc-agent-backend", "all", "all", "all"],
      ["soc-agent-frontend", "all", "all", "all"],
      ["soc-agent-redis", "own", "own", "own"],
      ["soc-agent-test", "all", "all", "all"],
    ]);
  });

  it("is, of the part whose image it has, what a pod of another name runs with too", async () => {
    const own = (user: number) => ({
      podSecurityContext: { runAsUser: user },
      securityContext: { readOnlyRootFilesystem: false },
      nodeSelector: { user },
    });
    const manifests = await render({ values: { backend: own(1000), frontend: own(2000) } });
    const found = pods(manifests)
      .filter(({ name }) => /-(test|redis-password.*)$/.test(name))
      .map(({ spec }) => [
        spec.securityContext?.runAsUser,
        spec.containers[0]?.securityContext?.readOnlyRootFilesystem,
        spec.nodeSelector,
      ]);
    assert.deepEqual(found, [
      [1000, false, { user: "1000" }],
      [2000, false, { user: "2000" }],
    ]);
  });

  it("is, of a Redis on a volume, the StatefulSet's updateStrategy", async () => {
    const redis = {
      persistence: { enabled: true },
      strategy: { type: "OnDelete" },
      revisionHistoryLimit: 2,
    };
    const { spec } = find(await render({ values: { redis } }), "StatefulSet", "soc-agent-redis");
    assert.deepEqual(spec.updateStrategy, { type: "OnDelete" });
    assert.equal(spec.revisionHistoryLimit, 2);
  });

  it("is a label selector of constraints only where they have none", async () => {
    const constraint = {
      maxSkew: 1,
      topologyKey: "zone",
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: { team: "a" } },
    };
    const made = await workload("backend", {
      backend: { topologySpreadConstraints: [constraint] },
    });
    assert.deepEqual(made.spec.template.spec.topologySpreadConstraints, [constraint]);
  });

  it("is no init container where no folder begins with what the image has", async () => {
    const made = await workload("frontend", {
      frontend: { writablePaths: [{ path: "/run", seed: false }] },
    });
    assert.equal(made.spec.template.spec.initContainers, undefined);
  });
});

describe("chart: probes", function () {
  this.timeout(60_000);

  for (const part of ["backend", "frontend"] as const) {
    it(`of the ${part} start as liveness and readiness say, unless startup says otherwise`, async () => {
      const probes = {
        liveness: { path: "/alive", initialDelaySeconds: 7 },
        readiness: { initialDelaySeconds: 9 },
      };
      const startup = async (own: Values) =>
        container(await workload(part, { [part]: { probes: { ...probes, startup: own } } }))
          ?.startupProbe;

      const asked = await startup({});
      assert.equal(asked?.httpGet?.path, "/alive");
      assert.equal(asked?.initialDelaySeconds, 9);
      const own = await startup({ path: "/started", initialDelaySeconds: 0 });
      assert.equal(own?.httpGet?.path, "/started");
      assert.equal(own?.initialDelaySeconds, undefined);
    });
  }
});

describe("chart: securityContext.enabled=false, for OpenShift", function () {
  this.timeout(60_000);

  const values: Values = { securityContext: { enabled: false } };

  it("fixes no user and no group, and satisfies the standard 'restricted' all the same", async () => {
    const made = pods(await render({ values }));
    assert.equal(made.length, 5);
    for (const { name, spec } of made) {
      const { runAsUser, runAsGroup, fsGroup } = spec.securityContext ?? {};
      assert.deepEqual([runAsUser, runAsGroup, fsGroup], [undefined, undefined, undefined], name);
      assert.deepEqual(restrictedViolations(spec), [], name);
      assert.equal(spec.containers[0]?.securityContext?.readOnlyRootFilesystem, true, name);
    }
  });

  it("still lets nginx open port 80, by a sysctl that OpenShift calls safe too", async () => {
    const { securityContext } = (await workload("frontend", values)).spec.template.spec;
    assert.deepEqual(securityContext?.sysctls, [
      { name: "net.ipv4.ip_unprivileged_port_start", value: "0" },
    ]);
  });
});

/** What is refused for each part, and what is said about it. */
const REFUSED: readonly (readonly [string, Values, string])[] = [
  ["a label that selects pods", { podLabels: { app: "x" } }, "podLabels has app, .* Leave it out"],
  [
    "a label that finds pods",
    { podLabels: { "app.kubernetes.io/name": "x" } },
    "podLabels has app.kubernetes.io/name, .* Leave it out",
  ],
  [
    "an API key in clear text",
    { extraEnv: [{ name: "OPENAI_API_KEY", value: "canary" }] },
    "extraEnv.OPENAI_API_KEY would be readable .* into openai.existingSecret",
  ],
  [
    "a password in clear text",
    { extraEnv: [{ name: "REDIS_PASSWORD", value: "canary" }] },
    "extraEnv.REDIS_PASSWORD would be readable .* into redis.auth.existingSecret",
  ],
  [
    "a variable twice",
    { extraEnv: [{ name: "A" }, { name: "A" }] },
    "extraEnv has A, a variable that there is already",
  ],
  [
    "a volume twice",
    { extraVolumes: [{ name: "a" }, { name: "a" }] },
    "extraVolumes has a, a volume that there is already. Give it another name",
  ],
  [
    "a volume that the chart makes for a folder",
    { writablePaths: ["/a"], extraVolumes: [{ name: "writable-0" }] },
    "extraVolumes has writable-0, a volume that there is already",
  ],
  [
    "a mount of no volume",
    { extraVolumeMounts: [{ name: "a", mountPath: "/a" }] },
    "extraVolumeMounts has a, and there is no volume .* Add it to .*extraVolumes",
  ],
  ["a folder twice", { writablePaths: ["/a", "/a"] }, "writablePaths .* have /a, .* Leave it out"],
  [
    "a folder where a volume is mounted",
    {
      writablePaths: ["/a"],
      extraVolumes: [{ name: "a" }],
      extraVolumeMounts: [{ name: "a", mountPath: "/a" }],
    },
    "writablePaths and .extraVolumeMounts have /a, where there is a volume already",
  ],
  [
    "a container with the name of the one that copies",
    { initContainers: [{ name: "seed" }] },
    "initContainers and .extraContainers have seed, a container that there is already",
  ],
  [
    "a probe of liveness that asks for two answers",
    { probes: { liveness: { successThreshold: 2 } } },
    "probes.liveness.successThreshold is 2, and only readiness .* Leave it out",
  ],
  [
    "no name server at all",
    { dnsPolicy: "None" },
    "dnsPolicy is None, but .*dnsConfig.nameservers is empty, .* Name one",
  ],
  ["a strategy of no such name", { strategy: { type: "Later" } }, 'strategy.type is "Later"'],
];

/** What is refused for one part alone. */
const REFUSED_FOR: readonly (readonly [Part, string, Values, string])[] = [
  ...PARTS.map((part): (typeof REFUSED_FOR)[number] => [
    part,
    "a container with the name of its own",
    { extraContainers: [{ name: part, resources: { requests: { cpu: "1m" } } }] },
    `extraContainers have ${part}, a container that there is already`,
  ]),
  [
    "backend",
    "an annotation of the chart's own",
    { podAnnotations: { "checksum/config": "x" } },
    "podAnnotations has checksum/config, .* Leave it out",
  ],
  [
    "backend",
    "a variable that backend.env has",
    { extraEnv: [{ name: "LOG_LEVEL", value: "DEBUG" }] },
    "extraEnv has LOG_LEVEL, which backend.env has too, .* backend.env.LOG_LEVEL=null",
  ],
  [
    "frontend",
    "a variable of the chart's own",
    { extraEnv: [{ name: "BACKEND_HOST", value: "x" }] },
    "extraEnv has BACKEND_HOST, a variable that there is already",
  ],
  [
    "redis",
    "a variable of the chart's own",
    { extraEnv: [{ name: "REDISCLI_AUTH", value: "x" }] },
    "extraEnv has REDISCLI_AUTH, a variable that there is already",
  ],
  [
    "frontend",
    "the chart's volume",
    { extraVolumes: [{ name: "tmp" }] },
    "extraVolumes has tmp, a volume that there is already",
  ],
  [
    "redis",
    "the volume of its claim",
    { persistence: { enabled: true }, extraVolumes: [{ name: "data" }] },
    "extraVolumes has data, a volume that there is already",
  ],
  [
    "redis",
    "the folder of its data",
    { writablePaths: ["/data"] },
    "writablePaths .* have /data, where there is a volume already",
  ],
  [
    "redis",
    "two that run side by side",
    { strategy: { type: "RollingUpdate" } },
    'strategy.type is "RollingUpdate": old and new .* Set Recreate',
  ],
  [
    "redis",
    "a Deployment's strategy on a volume",
    { persistence: { enabled: true }, strategy: { type: "Recreate" } },
    'strategy.type is "Recreate", .* Set RollingUpdate or OnDelete',
  ],
  [
    "backend",
    "a container without a request, beside an HPA",
    { extraContainers: [{ name: "side" }] },
    "extraContainers has side without resources.requests.cpu, .* backend.hpa.enabled=false",
  ],
];

/** Values that the schema refuses for each part. */
const MISSHAPEN: Values = {
  podAnnotations: { a: { b: "c" } },
  podLabels: ["a"],
  extraEnv: [{ value: "b" }],
  envFrom: ["secret"],
  extraVolumes: [{ emptyDir: {} }],
  extraVolumeMounts: "a",
  writablePaths: ["var/cache", "/", "/a/", { path: "/a", size: "1Gi" }],
  initContainers: [{ image: "a" }],
  extraContainers: {},
  podSecurityContext: [],
  securityContext: "none",
  nodeSelector: ["a"],
  affinity: [],
  topologySpreadConstraints: {},
  tolerations: ["a"],
  priorityClassName: "High",
  runtimeClassName: 1,
  hostAliases: {},
  dnsPolicy: "Cluster",
  dnsConfig: [],
  strategy: "Recreate",
  revisionHistoryLimit: -1,
  probes: { startup: { failureThreshold: 0 }, readiness: { port: 80 } },
};

/** Where the schema says so, in each of them. */
const MISSHAPEN_AT = [
  "podAnnotations/a",
  "podLabels",
  "extraEnv/0",
  "envFrom/0",
  "extraVolumes/0",
  "extraVolumeMounts",
  "writablePaths/0",
  "writablePaths/1",
  "writablePaths/2",
  "writablePaths/3",
  "initContainers/0",
  "extraContainers",
  "podSecurityContext",
  "securityContext",
  "nodeSelector",
  "affinity",
  "topologySpreadConstraints",
  "tolerations/0",
  "priorityClassName",
  "runtimeClassName",
  "hostAliases",
  "dnsPolicy",
  "dnsConfig",
  "strategy",
  "revisionHistoryLimit",
  "probes/startup/failureThreshold",
  "probes/readiness",
];

describe("chart: what no part takes", function () {
  this.timeout(60_000);

  for (const [title, values, message] of REFUSED) {
    it(`is ${title}`, async () => {
      const said = await refusal(Object.fromEntries(PARTS.map((part) => [part, values])));
      for (const part of PARTS) {
        assert.match(said, new RegExp(`  - ${part}\\.${message}`));
      }
      assert.doesNotMatch(said, /canary/);
    });
  }

  for (const [part, title, values, message] of REFUSED_FOR) {
    it(`is, for ${part}, ${title}`, async () => {
      assert.match(await refusal({ [part]: values }), new RegExp(`  - ${part}\\..*${message}`));
    });
  }

  for (const part of PARTS) {
    it(`is, for ${part}, what is misshapen`, async () => {
      const said = await refusal({ [part]: MISSHAPEN });
      for (const at of MISSHAPEN_AT) {
        assert.match(said, new RegExp(`'/${part}/${at}'`));
      }
    });
  }

  it("is a path that Redis is asked for", async () => {
    assert.match(
      await refusal({ redis: { probes: { liveness: { path: "/" } } } }),
      /'\/redis\/probes\/liveness': .*'path' not allowed/,
    );
  });
});

const nameOf = ({ metadata }: Workload) => metadata.name;
