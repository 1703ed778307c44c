import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import {
  foreignBuilder,
  imagesFolder,
  missingHelpers,
  unreachableProxies,
} from "../../../../cli/preflight/dockerSetup";
import { Scratch } from "../../support/fakes";

describe("Docker's own configuration", () => {
  let scratch: Scratch;
  beforeEach(() => {
    scratch = new Scratch();
  });
  afterEach(() => scratch.remove());

  const helpers = (config: string) => {
    fs.writeFileSync(scratch.file("config.json"), config);
    scratch.program("docker-credential-here", "");
    return missingHelpers(scratch.env({ DOCKER_CONFIG: scratch.dir })).missing;
  };

  it("names each credential helper that is not there, once", () => {
    const config = { credsStore: "gone", credHelpers: { "gcr.io": "here", a: "gone", b: "b" } };
    assert.deepEqual(helpers(JSON.stringify(config)), [
      "docker-credential-gone",
      "docker-credential-b",
    ]);
    for (const fine of ['{"credsStore":"here"}', "{}", "", "[]"]) {
      assert.deepEqual(helpers(fine), []);
    }
  });

  it("finds proxies of builds and of Kind's nodes that are on this machine, without their logins", () => {
    const host = "unix:///var/run/docker.sock";
    const file = scratch.file("config.json");
    const proxies = {
      default: { httpProxy: "http://example.com:1" },
      [host]: { httpProxy: "http://me:canary@127.0.0.1:3128", noProxy: "localhost" },
    };
    fs.writeFileSync(file, JSON.stringify({ proxies }));
    const env = scratch.env({
      DOCKER_CONFIG: scratch.dir,
      https_proxy: "localhost:8888",
      HTTP_PROXY: "http://proxy.example.com",
      ALL_PROXY: "socks5://127.0.0.1:9",
    });
    const ofBuilds = { name: "HTTP_PROXY", address: "127.0.0.1:3128", from: file, whose: "builds" };
    assert.deepEqual(unreachableProxies(host, true, env), [
      ofBuilds,
      {
        name: "HTTPS_PROXY",
        address: "localhost:8888",
        from: "the environment",
        whose: "Kind's nodes",
      },
    ]);
    assert.deepEqual(unreachableProxies(host, false, env), [ofBuilds]);
    assert.deepEqual(unreachableProxies("ssh://elsewhere", false, env), []);
  });

  const builders: [string, string, object | undefined][] = [
    ["the engine's own", "Name: default\nDriver: docker\n", undefined],
    [
      "one in a container",
      "Name:          remote\nDriver:        docker-container\nLast Activity: x\n",
      { name: "remote", driver: "docker-container" },
    ],
    [
      "one that loads by itself",
      'Name: b\nDriver: docker-container\nDriver Options: default-load="true"\n',
      undefined,
    ],
  ];
  for (const [title, said, expected] of builders) {
    it(`judges a builder: ${title}`, async () => {
      scratch.program("docker", `printf '${said.replaceAll("\n", "\\n")}'`);
      scratch.takePath();
      assert.deepEqual(await foreignBuilder(), expected);
    });
  }

  // What `docker info` said of a Docker 29 that starts its containerd itself, of one beside a service, and of a Docker 28.
  const own = { Address: "/var/run/docker/containerd/containerd.sock" };
  const service = { Address: "/run/containerd/containerd.sock" };
  const snapshotter = [["driver-type", "io.containerd.snapshotter.v1"]];
  const overlay2 = [["Backing Filesystem", "extfs"]];
  const engines: [string, Parameters<typeof imagesFolder>[0], string][] = [
    [
      "containerd's own service",
      { DockerRootDir: "/d", DriverStatus: snapshotter, Containerd: service },
      "/var/lib/containerd",
    ],
    [
      "a containerd of Docker's",
      { DockerRootDir: "/d", DriverStatus: snapshotter, Containerd: own },
      "/d",
    ],
    [
      "Docker's own store beside that service",
      { DockerRootDir: "/d", DriverStatus: overlay2, Containerd: service },
      "/d",
    ],
    ["an engine that does not tell", { DockerRootDir: "/d", DriverStatus: null }, "/d"],
  ];
  for (const [title, info, folder] of engines) {
    it(`finds the images' folder: ${title}`, () => assert.equal(imagesFolder(info), folder));
  }
});
