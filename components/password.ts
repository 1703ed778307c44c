/** Passwords that the program draws, once. */
import { randomBytes } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** A password that needs no quoting anywhere, as `data` of a Secret has it: in base64. */
export function drawPassword(): pulumi.Output<string> {
  const password = randomBytes(24).toString("base64url");
  return pulumi.secret(Buffer.from(password).toString("base64"));
}

/**
 * Options of a Secret whose `data` has a password. It is made once: every run draws another one, which then
 * does not count. Not `stringData`, which the provider turns into this (pulumi-kubernetes,
 * provider/pkg/clients/unstructured.go): what a state does not have cannot be kept, and the Secret would be
 * made anew each time, and with it what reads it.
 */
export function drawnOnce(opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
  return { ...opts, ignoreChanges: ["data"] };
}
