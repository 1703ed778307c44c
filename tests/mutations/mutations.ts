/** Mistakes that tests must find, each a patch of the program beside this file. */

/** A mistake, and the tests that find it. */
export interface Mutation {
  /** The patch's name in this folder, without `.patch`. */
  readonly patch: string;
  /** Path of the spec that finds it. */
  readonly spec: string;
  /** Full titles of the tests that fail then; all others of the spec pass. */
  readonly failing: readonly [string, ...string[]];
}

const OPTIONS = "tests/unit/resourceOptions.spec.ts";
const DEV = "options of the dev stack";
const OTHER_ADD_ONS = "options of a dev stack with Traefik and cert-manager";
const PROD = "options of the prod stack";
const PROD_WITH_STACK = "options of the prod stack with the observability stack";

/** What is told of an option of all four. */
function everywhere(option: string): Mutation["failing"] {
  return [
    `${DEV} ${option}`,
    `${OTHER_ADD_ONS} ${option}`,
    `${PROD} ${option}`,
    `${PROD_WITH_STACK} ${option}`,
  ];
}

const PROGRAM = "tests/unit/program.spec.ts";

export const MUTATIONS: readonly Mutation[] = [
  {
    patch: "01-application-without-provider",
    spec: OPTIONS,
    failing: everywhere("provider"),
  },
  {
    patch: "02-retain-on-delete-off",
    spec: OPTIONS,
    failing: [`${DEV} retainOnDelete`, `${OTHER_ADD_ONS} retainOnDelete`],
  },
  {
    patch: "03-deleted-with-dropped",
    spec: OPTIONS,
    failing: [`${DEV} deletedWith`, `${OTHER_ADD_ONS} deletedWith`],
  },
  {
    patch: "04-delete-before-replace-off",
    spec: OPTIONS,
    failing: [`${DEV} deleteBeforeReplace`, `${OTHER_ADD_ONS} deleteBeforeReplace`],
  },
  {
    patch: "05-application-not-waiting-for-images",
    spec: OPTIONS,
    failing: everywhere("dependsOn"),
  },
  {
    patch: "06-smoke-check-not-waiting-for-ingress",
    spec: OPTIONS,
    failing: [`${DEV} dependsOn`, `${OTHER_ADD_ONS} dependsOn`],
  },
  {
    patch: "07-add-ons-not-waiting-for-removal",
    spec: OPTIONS,
    failing: [`${DEV} dependsOn`, `${OTHER_ADD_ONS} dependsOn`],
  },
  {
    patch: "08-kubeconfig-not-secret",
    spec: OPTIONS,
    failing: [`${DEV} additionalSecretOutputs`, `${OTHER_ADD_ONS} additionalSecretOutputs`],
  },
  {
    patch: "09-hooks-dropped",
    spec: OPTIONS,
    failing: everywhere("hooks"),
  },
  {
    patch: "10-timeouts-dropped",
    spec: OPTIONS,
    failing: [`${DEV} customTimeouts`, `${OTHER_ADD_ONS} customTimeouts`],
  },
  {
    patch: "11-issuer-not-waiting-for-cert-manager",
    spec: PROGRAM,
    failing: [
      "the prod stack with other configuration installs cert-manager, and after it the issuer that the Ingress names",
    ],
  },
  {
    patch: "12-listening-on-all-addresses",
    spec: PROGRAM,
    failing: [
      "the dev stack makes one control-plane and two workers, its ports on loopback, and the ingress label",
    ],
  },
  {
    patch: "13-pull-policy-always",
    spec: PROGRAM,
    failing: [
      "the dev stack deploys the chart into a namespace that the API server holds to Pod Security restricted",
    ],
  },
  {
    patch: "14-chart-digest-unchecked",
    spec: "tests/unit/machine/charts.spec.ts",
    failing: ["fetchChart keeps nothing that is not what the index says"],
  },
  {
    patch: "15-same-port-twice",
    spec: "tests/unit/config/config.spec.ts",
    failing: ["findProblems refuses one port for both"],
  },
  {
    patch: "16-readiness-not-replaced-with-its-release",
    spec: OPTIONS,
    failing: everywhere("replaceWith"),
  },
  {
    patch: "17-rollback-dropped",
    spec: PROGRAM,
    failing: [
      "the prod stack hands the specification's production values to the chart, and rolls back what fails",
    ],
  },
  {
    patch: "18-add-ons-not-waiting-for-their-images",
    spec: OPTIONS,
    failing: [`${DEV} dependsOn`, `${OTHER_ADD_ONS} dependsOn`],
  },
];
