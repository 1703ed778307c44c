/** What the smoke check asks, and how that reaches the program that the engine runs for it. */
import type { SmokeCheck, SmokeSettings, StackConfig } from "../config/settings";
import { hasUntrustedCertificate } from "./access";
import type { ChartOverrides } from "./chart";
import { dashboardUrl } from "./url";

/** What to ask. */
export interface SmokeTarget extends Pick<SmokeSettings, "address" | "ca" | "checks"> {
  /** Base URL of the dashboard, such as `http://localhost:8080`. */
  readonly url: string;
  /** Whether nobody gets in without a login. */
  readonly login: boolean;
  /** Whether the certificate is one that nobody trusts, as those of a staging issuer. */
  readonly untrusted: boolean;
}

/** Where a configuration's application is asked; nowhere when it shall not be. */
export function smokeTarget(config: StackConfig, values: ChartOverrides): SmokeTarget | undefined {
  return config.smokeCheck.run ? targetOf(config, values) : undefined;
}

/** Where a configuration's application can be asked. */
export function targetOf(config: StackConfig, values: ChartOverrides): SmokeTarget {
  const { run: _, ...how } = config.smokeCheck;
  return {
    url: dashboardUrl(config, values),
    login: config.auth !== undefined,
    untrusted: hasUntrustedCertificate(values),
    ...how,
  };
}

/** A target as variables, which stand in every stack's state. */
export function targetVariables({
  url,
  address,
  ca,
  checks,
  login,
  untrusted,
}: SmokeTarget): Record<string, string> {
  return {
    BASE_URL: url,
    ...(address && { ADDRESS: address }),
    ...(ca && { CA_FILE: ca }),
    ...(checks && { CHECKS: JSON.stringify(checks) }),
    ...(login && { LOGIN: "true" }),
    ...(untrusted && { UNTRUSTED: "true" }),
  };
}

/** Reads a target from its variables. @returns undefined when there is none in them */
export function readTarget(variables: NodeJS.ProcessEnv): SmokeTarget | undefined {
  const { BASE_URL, ADDRESS, CA_FILE, CHECKS, LOGIN, UNTRUSTED } = variables;
  return BASE_URL
    ? {
        url: BASE_URL,
        login: LOGIN === "true",
        untrusted: UNTRUSTED === "true",
        ...(ADDRESS && { address: ADDRESS }),
        ...(CA_FILE && { ca: CA_FILE }),
        ...(CHECKS && { checks: JSON.parse(CHECKS) as readonly SmokeCheck[] }),
      }
    : undefined;
}
