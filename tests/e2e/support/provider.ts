/** A real OpenID Connect provider beside the cluster, on an address that its pods and this machine's browser both reach. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Page } from "playwright-core";
import { ROOT } from "../../../config/project";
import { lines, must } from "../../../machine/run";
import { selfSigned } from "../../support/certificate";

/** Who may log in, and how. */
export interface ProviderOptions {
  readonly client: { readonly id: string; readonly secret: string; readonly redirectUri: string };
  /** Groups of each person, by name. */
  readonly users: Readonly<Record<string, readonly string[]>>;
  /** How long its tokens live, in seconds. */
  readonly tokenSeconds: number;
}

export class Provider {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    /** Its address, as its tokens have it. */
    readonly issuer: string,
  ) {}

  /** Starts it on the address that this machine has in Kind's network, which is there once a cluster was. */
  static async start({ client, users, tokenSeconds }: ProviderOptions): Promise<Provider> {
    const gateways = "{{range .IPAM.Config}}{{.Gateway}}\n{{end}}";
    const found = lines(await must("docker", ["network", "inspect", "kind", "--format", gateways]));
    const host = found.find((address) => address.includes("."));
    if (host === undefined) {
      throw new Error(`Kind's network has no IPv4 address of this machine: ${found.join()}`);
    }
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "soc-provider-"));
    const [cert, key] = [path.join(folder, "ca.crt"), path.join(folder, "key.pem")];
    await selfSigned(host, { certificate: cert, key });
    const child = spawn(process.execPath, ["--import", "tsx", "tests/fixtures/provider/main.mts"], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        ...process.env,
        HOST: host,
        CERT: cert,
        KEY: key,
        CLIENT: JSON.stringify(client),
        USERS: JSON.stringify(users),
        TOKEN_SECONDS: String(tokenSeconds),
      },
    });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    return new Provider(child, folder, line.toString().trim());
  }

  /** PEM text of the authority that signed its certificate. */
  get ca(): string {
    return fs.readFileSync(path.join(this.folder, "ca.crt"), "utf8");
  }

  /** Fills in its page, on which a browser has come. */
  async signIn(page: Page, user: string): Promise<void> {
    await page.locator("input[name=login]").fill(user);
    await page.locator("input[name=password]").fill("any will do");
    await page.locator("button[type=submit]").click();
    // A client with an address of this machine is never trusted without a word.
    await page.getByRole("button", { name: "Continue" }).click();
  }

  async stop(): Promise<void> {
    const ended = once(this.child, "exit");
    this.child.kill();
    await ended;
    fs.rmSync(this.folder, { recursive: true });
  }
}
