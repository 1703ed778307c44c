/**
 * The options of every resource and component, one table per stack. `deletedWith`, `retainOnDelete` and what a
 * component waits for stand in its row alone: the engine hands them on to its children.
 */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { stringify } from "yaml";
import type { Values } from "../../config/values";
import { Scratch } from "./support/fakes";
import { runProgram, stackConfig, type Ran, type Run } from "./support/program";
import type { ResourceOptions } from "./support/resourceOptions";

/** Options by the names of resources. */
type Table = Readonly<Record<string, ResourceOptions>>;

/** Every option that a table can have: one left out is a type error. */
const OPTIONS: readonly (keyof ResourceOptions)[] = Object.keys({
  parent: true,
  provider: true,
  dependsOn: true,
  deletedWith: true,
  retainOnDelete: true,
  deleteBeforeReplace: true,
  customTimeouts: true,
  additionalSecretOutputs: true,
  ignoreChanges: true,
  replaceWith: true,
  hooks: true,
} satisfies Record<keyof ResourceOptions, true>) as (keyof ResourceOptions)[];

/** Hooks of what waits for a release. */
const hooks = ["beforeCreate", "afterCreate", "beforeUpdate", "afterUpdate", "onError"];

/** Components with things in the Kind cluster, which go with it. */
const inKind = { provider: "kind-provider", deletedWith: "kind-cluster", retainOnDelete: true };

/** Add-ons wait for those to go that are no longer wanted, and for the images of their pods. */
const addOn = { ...inKind, dependsOn: ["add-ons-unwanted", "pod-images"] };

/** The observability stack's images come after the application. */
const observability = { ...inKind, dependsOn: ["add-ons-unwanted"] };

/** The release of an add-on in the Kind cluster, and what waits for it. */
const addOnRelease = (name: string): Table => ({
  [`${name}-release`]: { parent: name, provider: "kind-provider" },
  [`${name}-ready`]: {
    parent: name,
    dependsOn: [`${name}-release`],
    replaceWith: [`${name}-release`],
    hooks,
  },
});

/** The observability stack, in which the application and its images are waited for by nothing but a command. */
const stack = (provider: string, component: ResourceOptions, images: Table): Table => ({
  observability: component,
  "observability-monitoring": { parent: "observability", provider },
  "observability-monitoring-agents": { parent: "observability", provider },
  "observability-grafana": {
    parent: "observability",
    provider,
    dependsOn: ["observability-monitoring", "observability-monitoring-agents"],
    additionalSecretOutputs: ["data", "stringData"],
    ignoreChanges: ["data"],
  },
  ...images,
  "observability-release": {
    parent: "observability",
    provider,
    dependsOn: [
      "observability-grafana",
      ...Object.keys(images),
      "observability-monitoring",
      "observability-monitoring-agents",
      "soc-agent-namespace",
    ],
    hooks: ["afterCreate", "afterUpdate"],
  },
});

const DEV: Table = {
  "observability-choice": { ignoreChanges: ["input"], hooks: ["afterCreate"] },
  ...stack("kind-provider", observability, { "observability-images": { parent: "observability" } }),
  images: {},
  "images-docker": { parent: "images" },
  "images-backend": { parent: "images", provider: "images-docker" },
  "images-frontend": { parent: "images", provider: "images-docker" },
  kind: {},
  "kind-cluster": {
    parent: "kind",
    deleteBeforeReplace: true,
    customTimeouts: { create: "15m" },
  },
  "kind-kubeconfig": {
    parent: "kind",
    dependsOn: ["kind-cluster"],
    deletedWith: "kind-cluster",
    additionalSecretOutputs: ["stdout"],
  },
  "kind-ready": { parent: "kind", dependsOn: ["kind-kubeconfig"], deletedWith: "kind-cluster" },
  "kind-provider": { parent: "kind", dependsOn: ["kind-kubeconfig"], deletedWith: "kind-cluster" },
  "image-load": { dependsOn: ["images-backend", "images-docker", "images-frontend"] },
  "image-load-nodes": { parent: "image-load" },
  // Beside the making of the cluster, for which it waits by itself.
  "pod-images": {},
  "add-ons": {
    ...inKind,
    dependsOn: ["kind-cluster", "kind-kubeconfig", "kind-provider", "kind-ready"],
  },
  "add-ons-unwanted": { parent: "add-ons" },
  "ingress-nginx": addOn,
  ...addOnRelease("ingress-nginx"),
  "metrics-server": addOn,
  ...addOnRelease("metrics-server"),
  "soc-agent": { ...inKind, dependsOn: ["image-load-nodes", "kind-ready", "pod-images"] },
  "soc-agent-namespace": { parent: "soc-agent", provider: "kind-provider" },
  "soc-agent-redis": {
    parent: "soc-agent",
    provider: "kind-provider",
    dependsOn: ["soc-agent-namespace"],
    additionalSecretOutputs: ["data", "stringData"],
    ignoreChanges: ["data"],
  },
  "soc-agent-release": {
    parent: "soc-agent",
    provider: "kind-provider",
    dependsOn: ["soc-agent-namespace", "soc-agent-redis"],
  },
  "soc-agent-ready": {
    parent: "soc-agent",
    dependsOn: ["soc-agent-release"],
    replaceWith: ["soc-agent-release"],
    hooks,
  },
  "soc-agent-smoke": {
    parent: "soc-agent",
    dependsOn: [
      "ingress-nginx-ready",
      "ingress-nginx-release",
      "soc-agent-ready",
      "soc-agent-release",
    ],
    replaceWith: ["soc-agent-release"],
  },
};

const WITHOUT_INGRESS = Object.fromEntries(
  Object.entries(DEV).filter(([name]) => !name.startsWith("ingress-nginx")),
);

const OTHER_ADD_ONS: Table = {
  ...WITHOUT_INGRESS,
  traefik: addOn,
  ...addOnRelease("traefik"),
  "cert-manager": addOn,
  ...addOnRelease("cert-manager"),
  "cert-manager-issuer": {
    parent: "cert-manager",
    provider: "kind-provider",
    dependsOn: ["cert-manager-ready"],
  },
  "soc-agent-smoke": {
    parent: "soc-agent",
    dependsOn: ["soc-agent-ready", "soc-agent-release", "traefik-ready", "traefik-release"],
    replaceWith: ["soc-agent-release"],
  },
};

const PROD: Table = {
  images: {},
  "images-docker": { parent: "images" },
  "images-backend": { parent: "images", provider: "images-docker" },
  "images-frontend": { parent: "images", provider: "images-docker" },
  existing: {},
  "existing-provider": { parent: "existing" },
  "soc-agent": {
    provider: "existing-provider",
    dependsOn: ["images-backend", "images-docker", "images-frontend"],
  },
  "soc-agent-namespace": { parent: "soc-agent", provider: "existing-provider" },
  "soc-agent-redis": {
    parent: "soc-agent",
    provider: "existing-provider",
    dependsOn: ["soc-agent-namespace"],
    additionalSecretOutputs: ["data", "stringData"],
    ignoreChanges: ["data"],
  },
  "soc-agent-release": {
    parent: "soc-agent",
    provider: "existing-provider",
    // Its values have the digests of the images.
    dependsOn: ["images-backend", "images-frontend", "soc-agent-namespace", "soc-agent-redis"],
  },
  "soc-agent-ready": {
    parent: "soc-agent",
    dependsOn: ["soc-agent-release"],
    replaceWith: ["soc-agent-release"],
    // What is rolled back tells of its pods itself.
    hooks: hooks.filter((hook) => hook !== "onError"),
  },
  "soc-agent-smoke": {
    parent: "soc-agent",
    dependsOn: ["soc-agent-ready", "soc-agent-release"],
    replaceWith: ["soc-agent-release"],
  },
};

const PROD_WITH_STACK: Table = {
  ...PROD,
  ...stack("existing-provider", { provider: "existing-provider" }, {}),
};

/** Checks a run against its table, one test for each option. */
function hasOptions(expected: Table, run: () => Run): void {
  let ran: Ran;
  before(async () => void (ran = await runProgram(run())));

  /** What an option is wherever it is set. */
  const column = (table: Table, option: keyof ResourceOptions) =>
    Object.fromEntries(
      Object.entries(table)
        .filter(([, options]) => options[option] !== undefined)
        .map(([name, options]) => [name, options[option]]),
    );

  it("has a row for every resource and component", () => {
    const names = ran.resources.map(({ name }) => name);
    assert.deepEqual(names.sort(), Object.keys(expected).sort());
  });

  for (const option of OPTIONS) {
    it(option, () => {
      const table = Object.fromEntries(ran.resources.map(({ name, options }) => [name, options]));
      assert.deepEqual(column(table, option), column(expected, option));
    });
  }
}

describe("options of the dev stack", () => {
  hasOptions(DEV, () => ({ stack: "dev", config: stackConfig("dev") }));
});

describe("options of a dev stack with Traefik and cert-manager", () => {
  const certManager = { install: true, email: "ops@example.com" };
  const config = { ...stackConfig("dev"), ingress: { controller: "traefik" }, certManager };
  hasOptions(OTHER_ADD_ONS, () => ({ stack: "dev", config }));
});

describe("options of the prod stack", () => {
  const scratch = new Scratch();
  after(() => scratch.remove());

  hasOptions(PROD, () => ({
    stack: "prod",
    config: prodConfig(scratch),
    kubeNodes: ["amd64"],
  }));
});

describe("options of the prod stack with the observability stack", () => {
  const scratch = new Scratch();
  after(() => scratch.remove());

  hasOptions(PROD_WITH_STACK, () => ({
    stack: "prod",
    config: { ...prodConfig(scratch), observability: { install: true } },
    namespaces: { default: {} },
    kubeNodes: ["amd64"],
  }));
});

/** The prod stack, with a kubeconfig for it. */
function prodConfig(scratch: Scratch): Values {
  const kubeconfig = scratch.file("config");
  const [name, server] = ["soc-production", "https://203.0.113.7"];
  const contexts = [{ name, context: { cluster: name, user: name } }];
  const clusters = [{ name, cluster: { server } }];
  fs.writeFileSync(kubeconfig, stringify({ contexts, clusters, users: [{ name, user: {} }] }));
  return { ...stackConfig("prod"), cluster: { existing: { kubeconfig, context: name } } };
}
