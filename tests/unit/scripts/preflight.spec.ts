import * as assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import {
  findBusyPorts,
  findLocks,
  gatherFacts,
  holderOf,
  parseListeners,
  problems,
  type Facts,
  type Needs,
  type Problem,
} from "../../../scripts/preflight";
import { Scratch } from "./support/fakes";

const GIB = 2 ** 30;

const needs: Needs = {
  stack: "dev",
  config: [],
  docker: true,
  cluster: {
    name: "soc-demo",
    ports: { httpPort: 8080, httpsPort: 8443 },
    identityFile: "no/such/identity",
  },
  locks: "no/such/folder",
};

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
    what: /^No permission to use Docker at unix:\/\/\/var\/run\/docker\.sock \(context "default"\)\.$/,
    fix: /usermod -aG docker/,
  },
  {
    title: "a Docker that does not run",
    facts: {
      docker: { reason: "unreachable", context: "colima", host: "unix:///c.sock", detail: "no" },
    },
    level: "error",
    what: /^No Docker engine answers at unix:\/\/\/c\.sock \(context "colima"\)\.$/,
    fix: /^Start Docker, or choose another context/,
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
    what: /cluster named soc-demo exists and was not made by stack dev \(soc-demo-control-plane\)/,
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
    title: "a lock of a run that is at work",
    facts: { locks: [{ pid: 4711, host: "here", alive: true }] },
    level: "error",
    what: /^Stack dev is locked by process 4711 on here\.$/,
    fix: /wait/,
  },
  {
    title: "a lock of a run that has ended",
    facts: { locks: [{ pid: 4711, host: "here", alive: false }] },
    level: "error",
    what: /process 4711 on here, which has ended/,
    fix: /pulumi cancel --yes --stack dev/,
  },
  {
    title: "a lock of another machine",
    facts: { locks: [{ pid: 4711, host: "there", alive: undefined }] },
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
      locks: [{ pid: 1, host: "h", alive: true }],
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
        "warning inotify limits",
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

  it("asks for no memory where no cluster is made", () => {
    const { cluster: _, ...elsewhere } = needs;
    assert.deepEqual(
      problems({ ...fine, needs: elsewhere, docker: { ...engine(), memory: 1 } }),
      [],
    );
  });
});

describe("parseListeners", () => {
  it("reads port, user and inode of sockets that listen, and of no others", () => {
    const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 12345 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 12346 1 0000000000000000 20 4 30 10 -1
   2: 00000000000000000000000000000000:20FB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 777 1 0 100 0 0 10 0
`;
    assert.deepEqual(parseListeners(table), [
      { port: 8080, uid: 1000, inode: 12_345 },
      { port: 8443, uid: 0, inode: 777 },
    ]);
  });
});

describe("ports", () => {
  let server: net.Server;
  let port: number;
  let scratch: Scratch;
  const { PATH } = process.env;

  beforeEach(async () => {
    scratch = new Scratch();
    scratch.program("docker", "exit 1");
    scratch.takePath();
    server = net.createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    assert.ok(address && typeof address === "object");
    port = address.port;
  });
  afterEach(async () => {
    scratch.remove();
    await new Promise((resolve) => server.close(resolve));
  });

  const isOurs = async (cluster: string) => cluster === "soc-demo";

  it("finds the process that listens on a port", async () => {
    // Where there is no /proc, lsof is asked.
    process.env["PATH"] = PATH;
    assert.match(await holderOf(port), new RegExp(`^process ${process.pid} \\(.*node`));
  });

  it("names the process that holds a port, and passes over free ones", async () => {
    process.env["PATH"] = `${scratch.bin}:${PATH}`;
    const free = await freePort();
    const found = await findBusyPorts({ httpPort: port, httpsPort: free }, isOurs);
    assert.equal(found.length, 1);
    assert.deepEqual([found[0]?.key, found[0]?.port], ["httpPort", port]);
    assert.match(found[0]?.holder ?? "", new RegExp(`^process ${process.pid} `));
  });

  it("finds a listener on all interfaces too", async () => {
    const wide = net.createServer().listen(0, "0.0.0.0");
    await once(wide, "listening");
    const address = wide.address();
    assert.ok(address && typeof address === "object");
    const found = await findBusyPorts({ httpPort: address.port }, isOurs);
    wide.close();
    assert.equal(found.length, 1);
  });

  it("names the container that publishes a port, even where nothing listens", async () => {
    scratch.program("docker", `printf 'web\\tnginx:1.29\\t\\n'`);
    const found = await findBusyPorts({ httpPort: await freePort() }, isOurs);
    assert.equal(found[0]?.holder, "container web (nginx:1.29)");
  });

  it("leaves the ports of the stack's own cluster alone", async () => {
    scratch.program("docker", `printf 'soc-demo-control-plane\\tkindest/node\\tsoc-demo\\n'`);
    assert.deepEqual(await findBusyPorts({ httpPort: port }, isOurs), []);
    assert.deepEqual(scratch.calls[0]?.split(" --format")[0], `docker ps --filter publish=${port}`);
  });

  it("names another Kind cluster that holds a port", async () => {
    scratch.program("docker", `printf 'kind-control-plane\\tkindest/node\\tkind\\n'`);
    const found = await findBusyPorts({ httpPort: port }, isOurs);
    assert.equal(found[0]?.holder, "container kind-control-plane (kindest/node)");
  });

  describe("of a cluster that the stack made under another name", () => {
    const identity = "0123456789ab.cdef";

    /** What is said of a port that it holds. */
    async function holders(remembered: string): Promise<string[]> {
      scratch.program(
        "docker",
        `case "$*" in
  "context "*) echo "work unix:///w.sock" ;;
  "version "*) echo "linux/amd64 29.1.0" ;;
  *publish=${port}*) printf 'old-control-plane\\tkindest/node\\told\\n' ;;
  *.cluster=old*) echo "old-control-plane running" ;;
  "cp old-control-plane:"*) echo "node-labels: soc-agent.dev/identity=${identity}" ;;
esac`,
      );
      const identityFile = scratch.file("dev.identity");
      fs.writeFileSync(identityFile, remembered);
      const cluster = { name: "soc-demo", ports: { httpPort: port }, identityFile };
      const { busyPorts } = await gatherFacts({ ...needs, cluster });
      return busyPorts.map(({ holder }) => holder);
    }

    it("says nothing, since it goes before the new one comes", async () => {
      assert.deepEqual(await holders(identity), []);
    });

    it("says who holds it when another stack made it", async () => {
      assert.deepEqual(await holders("another.one"), [
        "container old-control-plane (kindest/node)",
      ]);
    });
  });

  it("asks nothing further of a Docker that may not be used", async () => {
    scratch.program(
      "docker",
      `case $1 in
  context) echo "work unix:///w.sock" ;;
  *) echo "permission denied while trying to connect" >&2; exit 1 ;;
esac`,
    );
    const facts = await gatherFacts(needs);
    assert.deepEqual(
      // Both are asked at once.
      scratch.calls.map((call) => call.split(" ")[1]).sort(),
      ["context", "version"],
    );
    const [problem] = problems(facts);
    assert.match(problem?.what ?? "", /No permission .* unix:\/\/\/w\.sock \(context "work"\)/);
  });

  it("does not ask for Docker where a stack needs none", async () => {
    const { cluster: _, ...elsewhere } = needs;
    assert.deepEqual(problems(await gatherFacts({ ...elsewhere, docker: false })), []);
    assert.deepEqual(scratch.calls, []);
  });
});

async function freePort(): Promise<number> {
  const probe = net.createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  assert.ok(address && typeof address === "object");
  return address.port;
}

describe("findLocks", () => {
  let scratch: Scratch;
  beforeEach(() => {
    scratch = new Scratch();
  });
  afterEach(() => scratch.remove());

  const lock = (name: string, content: object) =>
    fs.writeFileSync(scratch.file(name), JSON.stringify(content));

  it("finds none without a folder", () => {
    assert.deepEqual(findLocks(scratch.file("none")), []);
  });

  it("tells a run that is at work from one that has ended and one elsewhere", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    const ended = child.pid;
    lock("1.json", { pid: process.pid, hostname: os.hostname() });
    lock("2.json", { pid: ended, hostname: os.hostname() });
    lock("3.json", { pid: 1, hostname: "elsewhere" });
    lock("3.json.attrs", {});
    assert.deepEqual(findLocks(scratch.dir), [
      { pid: process.pid, host: os.hostname(), alive: true },
      { pid: ended, host: os.hostname(), alive: false },
      { pid: 1, host: "elsewhere", alive: undefined },
    ]);
  });
});
