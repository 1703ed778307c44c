import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ISSUERS, type Issuer } from "../../config/settings";
import { addOnRelease, type AddOnArgs } from "./release";

/** Inputs of {@link CertManager}. */
export interface CertManagerArgs extends AddOnArgs {
  /** Name of the ClusterIssuer that is made. */
  readonly issuer: Issuer;
  /** Whom Let's Encrypt may write to about the certificates. */
  readonly email: string;
  /** IngressClass that Let's Encrypt's challenges come in through. */
  readonly className: string;
}

/** Certificates for Ingresses from Let's Encrypt: cert-manager, and the issuer that they name. */
export class CertManager extends pulumi.ComponentResource {
  constructor(name: string, args: CertManagerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("soc:index:CertManager", name, {}, opts);
    const { source, values, waiting } = args;
    const issuer = clusterIssuer(args);
    const ready = addOnRelease(this, {
      name: "cert-manager",
      source,
      values,
      waiting,
      // Its webhook refuses issuers for some seconds after its pod is ready.
      accepted: issuer,
    });
    new k8s.apiextensions.CustomResource(`${name}-issuer`, issuer, {
      parent: this,
      dependsOn: [ready],
    });
    this.registerOutputs({});
  }
}

/** The ClusterIssuer of one of Let's Encrypt's directories (https://cert-manager.io/docs/configuration/acme/). */
export function clusterIssuer({
  issuer,
  email,
  className,
}: Pick<CertManagerArgs, "issuer" | "email" | "className">) {
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "ClusterIssuer",
    metadata: { name: issuer },
    spec: {
      acme: {
        server: ISSUERS[issuer],
        email,
        privateKeySecretRef: { name: `${issuer}-account` },
        solvers: [{ http01: { ingress: { ingressClassName: className } } }],
      },
    },
  };
}
