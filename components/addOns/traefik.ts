import * as pulumi from "@pulumi/pulumi";
import { addOnRelease, type AddOnArgs } from "./release";

/** Traefik as the ingress controller of a Kind cluster: it reads the same Ingress objects. */
export class Traefik extends pulumi.ComponentResource {
  constructor(name: string, args: AddOnArgs, opts?: pulumi.ComponentResourceOptions) {
    super("soc:index:Traefik", name, {}, opts);
    addOnRelease(this, { name: "traefik", ...args });
    this.registerOutputs({});
  }
}
