import * as assert from "node:assert/strict";
import { withDefaults } from "../../../../config/defaults";
import type { Facts } from "../../../../cli/preflight/facts";
import { cannotRunKind, problems, type Problem } from "../../../../cli/preflight/problems";
import { noBuildSecret } from "../../../../machine/buildFaults";
import { needs } from "../../support/needs";

const GIB = 2 ** 30;

/** A machine on which all is well. */
const fine: Facts = {
  needs,
  docker: {
    host: "unix:///var/run/docker.sock",
    platform: "linux/amd64",
    version: "28.2.2",
    memory: 8 * GIB,
  },
  disk: { path: "/var/lib/docker", free: 50 * GIB },
  inotify: { max_user_watches: 524_288, max_user_instances: 512 },
  busyPorts: [],
  cluster: { kind: "absent" },
  locks: [],
};

/** What is wrong on one machine each: level, what it says, how it is mended. */
const CASES: readonly {
  readonly title: string;
  readonly facts: Partial<Facts>;
  readonly level: Problem["level"];
  readonly what: RegExp;
  readonly fix: RegExp;
}[] = [
  {
    title: "a broken configuration",
    facts: { needs: { ...needs, config: ["soc-agent:cluster.kind.workers: must be 1 to 9"] } },
    level: "error",
    what: /^soc-agent:cluster\.kind\.workers: must be/,
    fix: /Pulumi\.dev\.yaml/,
  },
  {
    title: "no Docker CLI",
    facts: { docker: { reason: "no-cli", detail: "spawn docker ENOENT" } },
    level: "error",
    what: /^No docker command on PATH\.$/,
    fix: /^Install Docker: https:/,
  },
  {
    title: "a Docker that may not be used",
    facts: {
      docker: {
        reason: "denied",
        context: "default",
        host: "unix:///var/run/docker.sock",
        detail: "permission denied",
      },
    },
    level: "error",
    what: /^No permission to use Docker at unix:\/\/\/var\/run\/docker\.sock \(context "default"\): permission denied\.$/,
    fix: /usermod -aG docker/,
  },
  {
    title: "a Docker that does not run",
    facts: {
      docker: { reason: "unreachable", context: "colima", host: "unix:///c.sock", detail: "no" },
    },
    level: "error",
    what: /^No Docker engine answers at unix:\/\/\/c\.sock \(context "colima"\): no\.$/,
    fix: /^Start Docker, or choose another context/,
  },
  {
    title: "an image that Kind's nodes could not run",
    facts: {
      needs: {
        ...needs,
        images: withDefaults({ images: { backend: { platform: "linux/arm64" } } }).images,
      },
    },
    level: "error",
    what: /^Backend is built for linux\/arm64 by soc-agent:images\.backend\.platform, and Kind's nodes run linux\/amd64/,
    fix: /^Remove that key$/,
  },
  {
    title: "a secret of a build that is not there",
    facts: { secrets: [noBuildSecret("backend", "npmrc", { file: "~/.npmrc" })] },
    level: "error",
    what: /^The secret soc-agent:images\.backend\.secrets\.npmrc is the file ~\/\.npmrc, which does not exist\.$/,
    fix: /^Make it, or correct the path/,
  },
  {
    title: "a proxy that containers do not reach",
    facts: {
      proxies: [
        {
          name: "HTTP_PROXY",
          address: "[::1]:3128",
          from: "the environment",
          whose: "Kind's nodes",
        },
      ],
    },
    level: "warning",
    what: /^HTTP_PROXY of the environment is \[::1\]:3128, .* in Kind's nodes: /,
    fix: /address that containers reach/,
  },
  {
    title: "a Docker that is too old",
    facts: { docker: { ...engine(), version: "19.03.15" } },
    level: "error",
    what: /Docker Engine 19\.03\.15 is older than 24/,
    fix: /Update Docker/,
  },
  {
    title: "a Docker that is old",
    facts: { docker: { ...engine(), version: "20.10.24+dfsg1" } },
    level: "warning",
    what: /Docker Engine 20\.10\.24\+dfsg1 is older than 24/,
    fix: /Update Docker/,
  },
  {
    title: "too little memory",
    facts: { docker: { ...engine(), memory: 2 * GIB } },
    level: "error",
    what: /2\.0 GiB of memory, the cluster needs 4\.0 GiB/,
    fix: /more memory.*cluster\.kind\.workers/,
  },
  {
    title: "little memory",
    facts: { docker: { ...engine(), memory: 3.5 * GIB } },
    level: "warning",
    what: /3\.5 GiB of memory/,
    fix: /more memory/,
  },
  {
    title: "too little disk",
    facts: { disk: { path: "/var/lib/docker", free: 9 * GIB } },
    level: "error",
    what: /9\.0 GiB are free in \/var\/lib\/docker.*10\.0 GiB are needed/,
    fix: /docker image prune/,
  },
  {
    title: "a busy port",
    facts: { busyPorts: [{ key: "httpPort", port: 8080, holder: "process 4711 (nginx)" }] },
    level: "error",
    what: /^Port 8080 is taken by process 4711 \(nginx\)\.$/,
    fix: /pulumi config set --stack dev --path soc-agent:cluster\.kind\.httpPort 9080/,
  },
  {
    title: "somebody else's cluster of the same name",
    facts: { cluster: { kind: "foreign", nodes: ["soc-demo-control-plane"] } },
    level: "error",
    what: /cluster named soc-demo exists and was not made by this stack \(soc-demo-control-plane\)/,
    fix: /cluster\.kind\.name other-name.*kind delete cluster --name soc-demo/,
  },
  {
    title: "low inotify limits",
    facts: { inotify: { max_user_watches: 8192, max_user_instances: 128 } },
    level: "warning",
    what: /max_user_watches 8192, max_user_instances 128/,
    fix: /^sudo sysctl fs\.inotify\.max_user_watches=524288 fs\.inotify\.max_user_instances=512/,
  },
  {
    title: "one low inotify limit",
    facts: { inotify: { max_user_watches: 1_000_000, max_user_instances: 128 } },
    level: "warning",
    what: /\(max_user_instances 128\)/,
    fix: /^sudo sysctl fs\.inotify\.max_user_instances=512 /,
  },
  {
    title: "control groups that the kubelet refuses",
    facts: { cgroup: "1" },
    level: "error",
    what: /control groups of version 1.*kindest\/node:v1\.37\.2/,
    fix: /nodeImage to kindest\/node:v1\.34/,
  },
  {
    title: "a kubectl two minor versions older than the node image's Kubernetes",
    facts: { kubectl: "1.35.9" },
    level: "warning",
    what: /^Kubectl 1\.35\.9 is more than one minor version from Kubernetes 1\.37\.2:/,
    fix: /^Put kubectl 1\.37 on PATH/,
  },
  {
    title: "an engine on another machine",
    facts: { docker: { ...engine(), host: "ssh://me@build" } },
    level: "warning",
    what: /Docker runs elsewhere, at ssh:\/\/me@build/,
    fix: /ssh -N -L 8080:localhost:8080 -L 8443:localhost:8443 me@build\./,
  },
  {
    title: "a credential helper that is not there",
    facts: { helpers: { file: "/h/config.json", missing: ["docker-credential-x"] } },
    level: "warning",
    what: /docker-credential-x, which is not on PATH: builds and pulls will fail/,
    fix: /^Install docker-credential-x, or remove .* \/h\/config\.json/,
  },
  {
    title: "a project that Docker's CLI does not see",
    facts: { hidden: ["/srv/soc"] },
    level: "warning",
    what: /Docker's CLI does not see \/srv\/soc, as one installed as a snap/,
    fix: /Docker's own packages .*move the project to a folder in your home/,
  },
  {
    title: "a builder whose images do not come into the engine",
    facts: { builder: { name: "b", driver: "docker-container" } },
    level: "warning",
    what: /chosen builder b \(docker-container\)/,
    fix: /docker buildx use default/,
  },
  {
    title: "somebody else at [::1]",
    facts: { busyPorts: [{ key: "httpPort", port: 8080, holder: "process 1 (x)", twin: true }] },
    level: "warning",
    what: /^Port 8080 of \[::1\] is taken by process 1 \(x\)/,
    fix: /http:\/\/127\.0\.0\.1:8080/,
  },
  {
    title: "a lock of a run that is at work",
    facts: { locks: [{ holder: { pid: 4711, host: "here" }, alive: true }] },
    level: "error",
    what: /^Stack dev is locked by process 4711 on here\.$/,
    fix: /wait/,
  },
  {
    title: "a lock of a run that has ended",
    facts: { locks: [{ holder: { pid: 4711, host: "here" }, alive: false }] },
    level: "error",
    what: /process 4711 on here, which has ended/,
    fix: /pulumi cancel --yes --stack dev/,
  },
  {
    title: "a lock of another machine",
    facts: { locks: [{ holder: { pid: 4711, host: "there" }, alive: undefined }] },
    level: "error",
    what: /process 4711 on there\./,
    fix: /pulumi cancel --yes --stack dev/,
  },
];

function engine() {
  return { host: "unix:///d.sock", platform: "linux/amd64", version: "28.2.2", memory: 8 * GIB };
}

describe("problems", () => {
  it("finds none where all is well", () => {
    assert.deepEqual(problems(fine), []);
  });

  for (const { title, facts, level, what, fix } of CASES) {
    it(`tells ${title}, and how to mend it`, () => {
      const found = problems({ ...fine, ...facts });
      assert.equal(found.length, 1);
      assert.equal(found[0]?.level, level);
      assert.match(found[0]?.what ?? "", what);
      assert.match(found[0]?.fix ?? "", fix);
    });
  }

  it("lists everything at once, errors first", () => {
    const found = problems({
      needs: { ...needs, config: ["one", "two"] },
      docker: { ...engine(), version: "23.0.6", memory: GIB },
      disk: { path: "/d", free: GIB },
      inotify: { max_user_watches: 1, max_user_instances: 1 },
      busyPorts: [
        { key: "httpPort", port: 8080, holder: "a" },
        { key: "httpsPort", port: 8443, holder: "b" },
      ],
      cluster: { kind: "foreign", nodes: ["n"] },
      locks: [{ holder: { pid: 1, host: "h" }, alive: true }],
    });
    assert.deepEqual(
      found.map(({ level, what }) => `${level} ${what.split(" ").slice(0, 2).join(" ")}`),
      [
        "error one",
        "error two",
        "error Stack dev",
        "error Docker has",
        "error 1.0 GiB",
        "error A Kind",
        "error Port 8080",
        "error Port 8443",
        "warning Docker Engine",
        "warning Limits of",
      ],
    );
    assert.ok(found.every(({ fix }) => fix.length > 10));
  });

  for (const kind of ["ours", "unfinished"] as const) {
    it(`has nothing against a cluster that is ${kind}`, () => {
      const cluster = kind === "ours" ? { kind, identity: "x", nodes: [], stopped: [] } : { kind };
      assert.deepEqual(problems({ ...fine, cluster }), []);
    });
  }

  it("names nodes that are stopped, and how to start them", () => {
    const cluster = {
      kind: "ours",
      identity: "x",
      nodes: ["a", "b"],
      stopped: ["a", "b"],
    } as const;
    assert.deepEqual(problems({ ...fine, cluster }), [
      {
        level: "error",
        what: "Nodes of the Kind cluster are stopped: a, b.",
        fix: "npm run up starts them. By hand: docker start a b",
      },
    ]);
    assert.deepEqual(problems({ ...fine, cluster }, "up"), []);
  });

  it("demands of a cluster that runs neither the disk nor the control groups of a new one", () => {
    const running = { kind: "ours", identity: "x", nodes: [], stopped: [] } as const;
    const disk = (free: number) => ({ path: "/d", free: free * GIB });
    assert.deepEqual(problems({ ...fine, cluster: running, disk: disk(3), cgroup: "1" }), []);
    assert.equal(problems({ ...fine, cluster: running, disk: disk(1) }).length, 1);
    assert.equal(problems({ ...fine, disk: disk(3) }).length, 1);
  });

  it("accepts old control groups with a node image whose kubelet does", () => {
    const cluster = { ...needs.cluster, nodeImage: "kindest/node:v1.34.0@sha256:0" };
    const facts = { ...fine, needs: { ...needs, cluster } as typeof needs, cgroup: "1" };
    assert.deepEqual(problems(facts), []);
    assert.equal(cannotRunKind(facts), false);
  });

  it("knows an engine on which Kind cannot run", () => {
    assert.equal(cannotRunKind(fine), false);
    assert.equal(cannotRunKind({ ...fine, cgroup: "1" }), true);
    assert.equal(cannotRunKind({ ...fine, docker: { ...engine(), memory: GIB } }), true);
    assert.equal(cannotRunKind({ ...fine, docker: { reason: "no-cli", detail: "" } }), false);
  });

  it("judges kubectl by the version that the stack file names, and not where there is none", () => {
    const { cluster: _, ...elsewhere } = needs;
    const warnings = (kubectl: string, kubernetes?: string) =>
      problems({
        ...fine,
        needs: { ...elsewhere, ...(kubernetes !== undefined && { kubernetes }) },
        kubectl,
      }).length;
    assert.deepEqual(
      ["1.32.0", "1.33.0", "1.34.0", "1.35.0", "1.36.0"].map((own) => warnings(own, "1.34.2")),
      [1, 0, 0, 0, 1],
    );
    assert.equal(warnings("1.32.0", "1.34"), 1);
    assert.equal(warnings("1.32.0"), 0);
  });

  it("asks for no memory where no cluster is made", () => {
    const { cluster: _, ...elsewhere } = needs;
    assert.deepEqual(
      problems({ ...fine, needs: elsewhere, docker: { ...engine(), memory: 1 } }),
      [],
    );
  });
});
