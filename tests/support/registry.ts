/** A real registry (https://distribution.github.io/distribution) on this machine's loopback, for one test run. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import * as tls from "node:tls";
import { stringify } from "yaml";
import { run } from "../../machine/run";
import { selfSigned } from "./certificate";
import { until } from "./until";

/** Who may use the registry. The hashes are bcrypt's, as `htpasswd -nbB` prints them. */
export const LOGINS = {
  push: {
    username: "ci",
    password: "push-canary-51b2",
    hash: "$2y$05$/MJu4UvjPLaXZtgN0gOuZ.QZ1eMSC68xiSSCgOVtgYKW42soY4r1m",
  },
  pull: {
    username: "nodes",
    password: "pull-canary-93d7",
    hash: "$2y$05$XcWV8uW1flh9rK/TKoG88.6uGHvnuonTb3kphNUH3e4H7uF1JL1QW",
  },
} as const;

/** Media types that an image's manifest may have; a registry answers a digest only for those asked for. */
const MANIFESTS = [
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
];

/** A registry that keeps its images in a temporary folder. */
export class Registry {
  private forwarder?: net.Server;

  private constructor(
    /** Port of the loopback interface. */
    readonly port: number,
    private readonly dir: string,
    private readonly child: ChildProcess,
  ) {}

  /** Its name in image references. Docker takes plain HTTP from the loopback interface only. */
  get name(): string {
    return `localhost:${this.port}`;
  }

  /**
   * Starts the program `docker-registry` (as distributions package it), or the one that SOC_LAB_REGISTRY names.
   *
   * @param access whether it asks for one of {@link LOGINS}
   * @throws Error with its last words, when it does not come up
   */
  static async start(access: "login" | "open" = "login"): Promise<Registry> {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "soc-registry-"));
    const port = await freePort();
    const at = (name: string) => path.join(dir, name);
    const logins = Object.values(LOGINS).map(({ username, hash }) => `${username}:${hash}\n`);
    fs.writeFileSync(at("htpasswd"), logins.join(""), { mode: 0o600 });
    const config = {
      version: "0.1",
      log: { level: "error" },
      storage: { filesystem: { rootdirectory: at("data") } },
      ...(access === "login" && { auth: { htpasswd: { realm: "test", path: at("htpasswd") } } }),
      http: { addr: `127.0.0.1:${port}`, secret: "one process, one secret" },
    };
    fs.writeFileSync(at("config.yml"), stringify(config));
    const program = process.env["SOC_LAB_REGISTRY"] ?? "docker-registry";
    const child = spawn(program, ["serve", at("config.yml")], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { PATH: process.env["PATH"], OTEL_TRACES_EXPORTER: "none" },
    });
    let said = "";
    child.stderr.on("data", (data: Buffer) => (said = `${said}${data.toString()}`.slice(-2000)));
    await once(child, "spawn");
    const registry = new Registry(port, dir, child);
    try {
      await until("an answer of the registry", 20, async () => {
        if (child.exitCode !== null) {
          throw new Error(`${program} has ended: ${said}`);
        }
        const { status } = await fetch(`http://127.0.0.1:${port}/v2/`);
        return status === (access === "login" ? 401 : 200) ? status : undefined;
      });
    } catch (error) {
      await registry.stop();
      throw error;
    }
    return registry;
  }

  /**
   * Lets the nodes of Kind clusters reach the registry: through the address that this machine has in
   * their network, and that nobody outside of it can reach.
   *
   * @param scheme with https, by a certificate that is its own authority, see {@link ca}
   * @returns its URL for them
   */
  async openFor(network: string, scheme: "http" | "https"): Promise<string> {
    const format = "{{range .IPAM.Config}}{{.Gateway}} {{end}}";
    const { stdout } = await run("docker", ["network", "inspect", network, "--format", format]);
    const gateway = stdout.split(/\s+/).find((address) => net.isIPv4(address));
    if (!gateway) {
      throw new Error(`Docker's network ${network} has no gateway: ${JSON.stringify(stdout)}`);
    }
    const forward = (from: net.Socket) => {
      const to = net.connect(this.port, "127.0.0.1");
      from.on("error", () => to.destroy());
      to.on("error", () => from.destroy());
      from.pipe(to).pipe(from);
    };
    const forwarder =
      scheme === "http"
        ? net.createServer(forward)
        : tls.createServer(await this.certificateOf(gateway), forward);
    forwarder.listen(this.port, gateway);
    await once(forwarder, "listening");
    this.forwarder = forwarder;
    return `${scheme}://${gateway}:${this.port}`;
  }

  /** File of the authority that nodes have to trust for https. */
  get ca(): string {
    return path.join(this.dir, "ca.crt");
  }

  private async certificateOf(host: string): Promise<tls.TlsOptions> {
    const key = path.join(this.dir, "tls.key");
    await selfSigned(host, { certificate: this.ca, key });
    return { cert: fs.readFileSync(this.ca), key: fs.readFileSync(key) };
  }

  /** The digest that the registry has a tag for. */
  async digestOf(repository: string, tag: string): Promise<string> {
    const { username, password } = LOGINS.pull;
    const login = Buffer.from(`${username}:${password}`).toString("base64");
    const response = await fetch(
      `http://127.0.0.1:${this.port}/v2/${repository}/manifests/${tag}`,
      {
        method: "HEAD",
        headers: { accept: MANIFESTS.join(", "), authorization: `Basic ${login}` },
      },
    );
    const digest = response.headers.get("docker-content-digest");
    if (!digest) {
      throw new Error(`the registry has no ${repository}:${tag}, it answered ${response.status}`);
    }
    return digest;
  }

  async stop(): Promise<void> {
    this.forwarder?.close();
    if (this.child.exitCode === null) {
      this.child.kill();
      await once(this.child, "exit");
    }
    fs.rmSync(this.dir, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
