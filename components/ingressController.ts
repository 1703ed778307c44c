import type * as pulumi from "@pulumi/pulumi";
import type { Controller } from "../config";
import type { Chart } from "../machine/charts";
import { IngressNginx } from "./ingressNginx";
import type { Waiting } from "./releaseWatch";
import { Traefik } from "./traefik";

/** Inputs of every ingress controller. */
export interface IngressControllerArgs {
  /** The chart. */
  readonly source: pulumi.Input<Chart>;
  /** Name of the IngressClass that it serves. */
  readonly className: string;
  readonly waiting: Waiting;
}

/** An ingress controller of a Kind cluster, on the node whose ports 80 and 443 are the host's. */
type IngressController = new (
  name: string,
  args: IngressControllerArgs,
  opts?: pulumi.ComponentResourceOptions,
) => pulumi.ComponentResource;

const CONTROLLERS: Readonly<Record<Controller, IngressController>> = {
  "ingress-nginx": IngressNginx,
  traefik: Traefik,
};

/** The ingress controller that a configuration asks for. It is there when its component is. */
export function ingressController(
  { controller, ...args }: IngressControllerArgs & { readonly controller: Controller },
  opts: pulumi.ComponentResourceOptions,
): pulumi.ComponentResource {
  return new CONTROLLERS[controller](controller, args, opts);
}
