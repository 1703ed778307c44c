import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Paths of PEM files. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority of its own, made with `openssl`, in a folder that {@link remove} deletes. */
export class TestAuthority {
  private constructor(private readonly folder: string) {}

  static async create(): Promise<TestAuthority> {
    const authority = new TestAuthority(await mkdtemp(join(tmpdir(), "soc-ca-")));
    await authority.#request("ca", "/CN=Test authority", "-x509");
    return authority;
  }

  /** The path of the authority's certificate. */
  get caFile(): string {
    return join(this.folder, "ca.crt");
  }

  /** The PEM text of the authority's certificate. */
  ca(): Promise<string> {
    return readFile(this.caFile, "utf8");
  }

  /** @param altName of the server, e.g. `IP:127.0.0.1` */
  async issue(altName: string): Promise<CertificateFiles> {
    const name = altName.replace(/\W/g, "-");
    const signer = ["-CA", this.caFile, "-CAkey", join(this.folder, "ca.key")];
    return this.#request(
      name,
      "/CN=Test server",
      ...["-x509", ...signer, "-addext", `subjectAltName=${altName}`],
      ...["-addext", "basicConstraints=critical,CA:FALSE"],
    );
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }

  async #request(name: string, subject: string, ...options: string[]): Promise<CertificateFiles> {
    const [cert, key] = [join(this.folder, `${name}.crt`), join(this.folder, `${name}.key`)];
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"];
    const files = ["-subj", subject, "-keyout", key, "-out", cert, "-days", "2"];
    await run("openssl", ["req", ...options, ...curve, ...files]);
    return { cert, key };
  }
}
