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
    const blocks = this.text.matchAll(/location ~ (\S+) \{([^}]+)\}/g);
    return [...blocks].some(
      ([, pattern = "", body]) => body?.includes("proxy_pass") && new RegExp(pattern).test(path),
    );
  }

  /** The content security policy that nginx adds to the answer; empty for none. */
  policy(path: string): string {
    if (
      !this.text.includes("add_header Content-Security-Policy $content_security_policy always;")
    ) {
      throw new Error(`${FILE} does not add the policy that it chooses`);
    }
    return this.mapped("content_security_policy", path);
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

  /** The value of one of the maps of `$uri`. */
  private mapped(name: string, path: string): string {
    const body = new RegExp(`map \\$uri \\$${name} \\{([^}]+)\\}`).exec(this.text)?.[1];
    const entries = [...(body ?? "").matchAll(/^ *(~\S+|default) +"(.*)";$/gm)];
    const chosen =
      entries.find(([, key = ""]) => key !== "default" && new RegExp(key.slice(1)).test(path)) ??
      entries.find(([, key]) => key === "default");
    if (chosen?.[2] === undefined) {
      throw new Error(`${FILE} has no map of $uri to $${name} with a default`);
    }
    return chosen[2];
  }
}
