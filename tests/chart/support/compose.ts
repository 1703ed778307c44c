/** compose.yaml, as tests compare it with the charts. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { ROOT } from "../../../config/project";

/** A service of compose.yaml, as far as it is compared. */
export interface Service {
  readonly image?: string;
  readonly build?:
    string | { readonly context: string; readonly dockerfile: string; readonly target: string };
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly ports?: readonly string[];
  readonly profiles?: readonly string[];
  readonly volumes?: readonly {
    readonly type: string;
    readonly source?: string;
    readonly read_only?: boolean;
  }[];
  readonly networks?:
    readonly string[] | Readonly<Record<string, { readonly aliases: readonly string[] }>>;
  readonly healthcheck?: object;
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly deploy?: { readonly resources: { readonly limits: { cpus?: string; memory: string } } };
}

export const { services, networks } = parse(
  fs.readFileSync(path.join(ROOT, "compose.yaml"), "utf8"),
  {
    merge: true,
  },
) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { internal?: boolean } | null>>;
};
/** A service of the file. */
export const service = (name: string): Service => {
  const found = services[name];
  assert.ok(found, `compose.yaml has no service ${name}`);
  return found;
};

/** An amount of processors or of memory, in Kubernetes' notation or Compose's: both count in powers of 1024. */
export function amount(text: string): number {
  const [, number = "", unit = ""] = /^([\d.]+)(m|Mi|M)?$/.exec(text) ?? [];
  return Number(number) / (unit === "m" ? 1000 : 1);
}
