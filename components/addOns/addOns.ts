import type * as pulumi from "@pulumi/pulumi";
import { addOnOf, wantedBlocks, type Block } from "../../config/addOns";
import type { StackConfig } from "../../config/settings";
import type { Charts } from "../../machine/read";
import { addOnValues, isUpstream, type UpstreamAddOn } from "../../plan/addOnValues";
import type { Waiting } from "../releaseWatch";
import { CertManager } from "./certManager";
import { IngressNginx } from "./ingressNginx";
import { MetricsServer } from "./metricsServer";
import type { AddOnArgs } from "./release";
import { Traefik } from "./traefik";

/** Makes an add-on's component out of what all have, and of what the configuration says of it. */
type Make = (
  name: string,
  args: AddOnArgs,
  config: StackConfig,
  opts: pulumi.ComponentResourceOptions,
) => pulumi.ComponentResource;

/** A component of each that the application may need. {@link Observability} needs the application, and comes after it. */
const COMPONENTS: Readonly<Record<UpstreamAddOn, Make>> = {
  "ingress-nginx": (name, args, _, opts) => new IngressNginx(name, args, opts),
  traefik: (name, args, _, opts) => new Traefik(name, args, opts),
  "metrics-server": (name, args, _, opts) => new MetricsServer(name, args, opts),
  "cert-manager": (name, args, { certManager: { issuer, email = "" }, ingress }, opts) =>
    new CertManager(name, { ...args, issuer, email, className: ingress.className }, opts),
};

/**
 * Installs the add-ons that a configuration wants and the application may need. Each is there when its component is.
 *
 * @param charts where each comes from
 * @returns the components, by the blocks of the configuration
 */
export function installAddOns(
  config: StackConfig,
  charts: Charts,
  waiting: Waiting,
  opts: pulumi.ComponentResourceOptions,
): Partial<Record<Block, pulumi.ComponentResource>> {
  return Object.fromEntries(
    wantedBlocks(config).flatMap((block) => {
      const name = addOnOf(block, config);
      if (!isUpstream(name)) {
        return [];
      }
      const args = { source: charts[block], values: addOnValues(name, config), waiting };
      return [[block, COMPONENTS[name](name, args, config, opts)]];
    }),
  );
}
