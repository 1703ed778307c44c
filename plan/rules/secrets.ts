/** Rules on what must not stand in plain text. */
import { isMap } from "../../config/values";
import { objectName, type KubernetesObject } from "../objects";
import { containersOf, workloads } from "../pods";
import type { Place, Rule } from "./rule";

/** Forms that only credentials have. */
const CREDENTIALS: readonly (readonly [name: string, form: RegExp])[] = [
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ["a key of OpenAI's", /\bsk-[A-Za-z0-9_-]{16,}/],
  ["an access key of AWS", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ["a token of GitHub's", /\bgh[pousr]_[A-Za-z0-9]{36}\b|\bgithub_pat_\w{22,}/],
  ["a token of Slack's", /\bxox[abprs]-[A-Za-z0-9-]{10,}/],
  ["a key of Google's", /\bAIza[0-9A-Za-z_-]{35}\b/],
  ["a signed token", /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]+/],
  // Not one that is put in later, as $(REDIS_PASSWORD) or ${PASSWORD}.
  ["a password in an address", /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:(?![${<])[^\s/@]+@/i],
];

/** Names of settings whose values are secret, and not where they are found. */
const SECRET_NAME = /(?:password|passwd|secret|token|api_?key|private_?key|credentials?)$/i;

export const noPlaintext: Rule = {
  id: "no-plaintext-secret",
  title: "no credential stands in plain text",
  why: "who may read the object, or Helm's and Pulumi's record of it, has the credential",
  fix: "Put it into a Secret (a secret of the stack, or existingSecret) and refer to that; then change the credential",
  severity: "error",
  broken: ({ objects }) =>
    objects
      .filter(({ kind }) => kind !== "Secret")
      .flatMap((object) => [...credentials(object), ...namedSecrets(object)]),
};

export const noRenderedSecret: Rule = {
  id: "no-secret-in-release",
  title: "no release brings a Secret with its values",
  why: "they stand in the chart's values, and so in Helm's record and in the stack's files",
  fix: "Make the Secret beside the release, and give the chart its name",
  severity: "error",
  broken: ({ objects }) =>
    objects
      .filter(({ kind }) => kind === "Secret")
      .filter(({ data, stringData }) => [data, stringData].some(hasEntries))
      .map((object) => ({ at: objectName(object), what: "has values" })),
};

function hasEntries(value: unknown): boolean {
  return isMap(value) && Object.keys(value).length > 0;
}

/** What is a credential by its form, in whatever text of the object. The credential itself is not told. */
function credentials(object: KubernetesObject): Place[] {
  const text = textsOf(object).join("\n");
  return CREDENTIALS.filter(([, form]) => form.test(text)).map(([name]) => ({
    at: objectName(object),
    what: `has ${name}`,
  }));
}

function textsOf(value: unknown): string[] {
  if (typeof value === "string") {
    return [value];
  }
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

/** What is secret by its name: variables of containers, and entries of ConfigMaps. */
function namedSecrets(object: KubernetesObject): Place[] {
  const { kind, data } = object;
  const variables = workloads([object]).flatMap(({ spec }) =>
    containersOf(spec).flatMap(({ env = [] }) => env ?? []),
  );
  const entries = kind === "ConfigMap" && isMap(data) ? Object.entries(data) : [];
  return [...variables.map(({ name, value }) => [name, value] as const), ...entries]
    .filter(([name, value]) => SECRET_NAME.test(name) && isLiteral(value))
    .map(([name]) => ({ at: objectName(object), what: `has ${name} in plain text` }));
}

/** Whether a value is there and is not put in later. */
function isLiteral(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "" && !/^\$[({]/.test(value);
}
