import { readFileSync } from "node:fs";
import { join } from "node:path";

const FILE = join(import.meta.dirname, "../../nginx/soc-agent.conf");

/** What the image's nginx does with a path, as far as a test without nginx has to know. */
export class NginxConfig {
  private constructor(private readonly text: string) {}

  static read(): NginxConfig {
    return new NginxConfig(readFileSync(FILE, "utf8"));
  }

  /** Whether the backend answers a path. */
  isProxied(path: string): boolean {
    return this.#has("proxy_pass", path);
  }

  /** Whether nobody answers a path, not even with the dashboard's page. */
  isRefused(path: string): boolean {
    return this.#has("return 404;", path);
  }

  /** The content security policy that nginx adds to every answer. */
  policy(): string {
    const [, policy] = /add_header Content-Security-Policy "([^"]+)" always;/.exec(this.text) ?? [];
    if (policy === undefined) {
      throw new Error(`${FILE} adds no content security policy`);
    }
    return policy;
  }

  /** The `Upgrade` that the backend gets where a client asks for one; empty for none. */
  upgrade(asked: string): string {
    if (!this.text.includes("proxy_set_header Upgrade $upgrade;")) {
      throw new Error(`${FILE} does not hand on the upgrade that it chooses`);
    }
    const body = /map \$http_upgrade \$upgrade \{([^}]+)\}/.exec(this.text)?.[1] ?? "";
    const entries = [...body.matchAll(/^ *(\S+) +"?([^";]*)"?;$/gm)];
    // Without a mark of a regular expression nginx ignores the letter case.
    const chosen = entries.find(([, key]) => key === asked.toLowerCase());
    const value = (chosen ?? entries.find(([, key]) => key === "default"))?.[2];
    if (value === undefined) {
      throw new Error(`${FILE} has no map of $http_upgrade to $upgrade with a default`);
    }
    return value;
  }

  /** Whether a location by pattern that a path falls into has a directive. */
  #has(directive: string, path: string): boolean {
    const blocks = this.text.matchAll(/location ~ (\S+) \{([^}]+)\}/g);
    return [...blocks].some(
      ([, pattern = "", body]) => body?.includes(directive) && new RegExp(pattern).test(path),
    );
  }
}
