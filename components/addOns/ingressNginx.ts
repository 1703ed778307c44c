import * as pulumi from "@pulumi/pulumi";
import { addOnRelease, type AddOnArgs } from "./release";

/** ingress-nginx as the ingress controller of a Kind cluster. */
export class IngressNginx extends pulumi.ComponentResource {
  constructor(name: string, args: AddOnArgs, opts?: pulumi.ComponentResourceOptions) {
    super("soc:index:IngressNginx", name, {}, opts);
    addOnRelease(this, { name: "ingress-nginx", ...args });
    this.registerOutputs({});
  }
}
