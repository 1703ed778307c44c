/** What hands do to a cluster: all of it is found and named, `npm run up` takes it back, and nothing else is found. */
import * as assert from "node:assert/strict";
import type { core } from "@pulumi/kubernetes/types/input";
import { mergeValues } from "../../config/values";
import type { Seen } from "../../machine/kubernetes";
import { must } from "../../machine/run";
import { NAMESPACE } from "../../plan/access";
import type { Project } from "../support/project";
import { allDone } from "../support/together";
import { liveStack } from "./support/liveStack";
import {
  ask,
  CLUSTER,
  kubectl,
  KUBECONFIG,
  objects,
  STACK,
  stackConfig,
  upWithoutChanges,
} from "./support/stack";

/** Something that a hand does, by kubectl, and what is said of it. */
type Deed = readonly [command: readonly string[], said: RegExp];

/** A patch of some operations (RFC 6902). */
const patch = (what: string, ...operations: readonly object[]) => [
  "patch",
  ...what.split(" "),
  "--type=json",
  `--patch=${JSON.stringify(operations)}`,
];
const replace = (path: string, value: unknown) => ({ op: "replace", path, value });
const add = (path: string, value: unknown) => ({ op: "add", path, value });
const remove = (path: string) => ({ op: "remove", path });

const CONTAINER = "/spec/template/spec/containers/0";
const CONFIG = "soc-agent-backend-config";

/** What is said of an object that is not there, and of fields of one that is. */
const deleted = (object: string) => new RegExp(`^${object} \\(.*\\): deleted$`, "m");
const fields = (object: string, line: string) =>
  new RegExp(`^${object} \\(.*\\)\\n(?:  .*\\n)*?  ${line}.* \\(kubectl[\\w-]*, 20..-`, "m");

/** The API keeps nobody's name for a number that is 0. */
const zero = (object: string) =>
  new RegExp(`^${object} \\(.*\\)\\n {2}spec\\.replicas: wanted 1, found 0$`, "m");

/** Of a field that was taken out nobody can say who did it. */
const lost = (object: string, line: string) =>
  new RegExp(`^${object} \\(.*\\)\\n(?:  .*\\n)*?  ${line}, found nothing$`, "m");

describe("drift on a real cluster", function () {
  this.timeout("10m");
  this.bail(true);
  let project: Project;

  before(async () => {
    ({ project } = await liveStack());
  });

  /** `npm run drift`: its exit code, and what it says. */
  const drift = () => project.run("npm", ["run", "--silent", "drift", "--", "--stack", STACK]);
  const none = async () => {
    const { code, output } = await drift();
    assert.equal(code, 0, output);
    assert.match(output, /^\d{2,} objects as made$/m);
  };
  /** Helm's records of releases, each with its revision. */
  const records = async () =>
    (await objects(project, "secrets", "--all-namespaces", "--selector=owner=helm")).map(
      ({ metadata: { name } }) => name,
    );
  const secrets = async (key: string) => {
    const all = await objects<Seen<core.v1.Secret>>(project, "secrets");
    const found = all.find(({ data }) => data && key in data);
    assert.ok(found, `no Secret has ${key}`);
    return found.metadata.name;
  };

  it("is none after an up, for which an autoscaler has scaled what it scales", async () => {
    const scaled = "jsonpath={.spec.replicas}";
    assert.notEqual(
      await kubectl(project, "get", "deployment/soc-agent-backend", "-o", scaled),
      "1",
    );
    await none();
  });

  it("is no more in a preview beside the cluster, which shows what an up would change there", async () => {
    const command = ["run", "--silent", "preview", "--", "--cluster", "--stack", STACK];
    const same = await project.run("npm", command);
    assert.equal(same.code, 0, same.output);
    assert.match(same.output, new RegExp(`Stack ${STACK}: nothing changes`));
    const file = `Pulumi.${STACK}.yaml`;
    const kept = project.read(file);
    const values = { backend: { env: { LOG_LEVEL: "DEBUG" } } };
    project.configure(STACK, mergeValues(stackConfig(), { values }));
    try {
      const { code, output } = await project.run("npm", command);
      assert.equal(code, 2, output);
      assert.match(
        output,
        /ConfigMap soc-agent\/soc-agent-backend-config\n +data\.LOG_LEVEL\n +- INFO\n +\+ DEBUG\n/,
      );
    } finally {
      project.write(file, kept);
    }
  });

  it("is none after the drain of a node", async () => {
    const worker = `${CLUSTER}-worker`;
    // By force, for the pods of earlier specs that no controller makes again.
    const how = ["--ignore-daemonsets", "--delete-emptydir-data", "--force", "--timeout=90s"];
    try {
      await kubectl(project, "drain", worker, ...how);
      await none();
    } finally {
      await kubectl(project, "uncordon", worker);
    }
  });

  it("is told, and left, by an up that is not to mend it", async () => {
    await kubectl(project, "label", "deployment", "soc-agent-frontend", "hand=1");
    const up = ["run", "up", "--", "--stack", STACK, "--no-heal"];
    const said = await project.must("npm", up);
    assert.match(said, /^Not as it was made$/m);
    assert.match(said, /metadata\.labels\.hand: added "1"/);
    assert.doesNotMatch(said, /mending/);
    assert.equal((await drift()).code, 2);
  });

  it("is found, named, and mended by an up without a new revision of any release", async () => {
    const before = await records();
    const [redis, openai] = [await secrets("redis-password"), await secrets("OPENAI_API_KEY")];
    const app = (kind: string, name: string) => `${kind} ${NAMESPACE}/${name}`;
    const deeds: readonly Deed[] = [
      [
        ["delete", "hpa", "soc-agent-backend"],
        deleted(app("HorizontalPodAutoscaler", "soc-agent-backend")),
      ],
      [
        ["delete", "networkpolicy", "soc-agent-redis"],
        deleted(app("NetworkPolicy", "soc-agent-redis")),
      ],
      [
        ["delete", "networkpolicy", "soc-agent-frontend"],
        deleted(app("NetworkPolicy", "soc-agent-frontend")),
      ],
      [["delete", "service", "soc-agent-frontend"], deleted(app("Service", "soc-agent-frontend"))],
      [
        ["delete", "pdb", "soc-agent-frontend"],
        deleted(app("PodDisruptionBudget", "soc-agent-frontend")),
      ],
      [["delete", "secret", openai], deleted(app("Secret", openai))],
      [
        ["delete", "deployment", "metrics-server", "--namespace=kube-system"],
        deleted("Deployment kube-system/metrics-server"),
      ],
      [["delete", "ingressclass", "nginx"], deleted("IngressClass nginx")],
      [
        patch("networkpolicy soc-agent-backend", replace("/spec/ingress", [{}])),
        fields(app("NetworkPolicy", "soc-agent-backend"), "spec\\.ingress.*: wanted"),
      ],
      [
        patch(`configmap ${CONFIG}`, replace("/data/LOG_LEVEL", "debug"), add("/data/EXTRA", "1")),
        fields(app("ConfigMap", CONFIG), 'data\\.LOG_LEVEL: wanted "INFO", found "debug"'),
      ],
      [["get", "configmap", CONFIG], fields(app("ConfigMap", CONFIG), 'data\\.EXTRA: added "1"')],
      [
        patch(
          "deployment soc-agent-frontend",
          add("/spec/template/spec/containers/-", {
            name: "extra",
            image: "redis:7-alpine",
          }),
        ),
        fields(
          app("Deployment", "soc-agent-frontend"),
          "spec\\.template\\.spec\\.containers\\[name=extra\\]: added",
        ),
      ],
      [
        ["label", "deployment", "soc-agent-frontend", "team=red"],
        fields(app("Deployment", "soc-agent-frontend"), 'metadata\\.labels\\.team: added "red"'),
      ],
      [
        patch("deployment soc-agent-backend", remove(`${CONTAINER}/readinessProbe`)),
        lost(app("Deployment", "soc-agent-backend"), "spec.*\\.readinessProbe: wanted .*"),
      ],
      [
        ["set", "env", "deployment/soc-agent-backend", "HAND=1"],
        fields(app("Deployment", "soc-agent-backend"), ".*\\.env.*: added"),
      ],
      [
        ["set", "resources", "deployment/soc-agent-backend", "--limits=memory=999Mi"],
        fields(app("Deployment", "soc-agent-backend"), 'spec.*\\.memory: wanted .*, found "999Mi"'),
      ],
      [
        [
          "scale",
          "deployment",
          "ingress-nginx-controller",
          "--replicas=0",
          "--namespace=ingress-nginx",
        ],
        zero("Deployment ingress-nginx/ingress-nginx-controller"),
      ],
      [
        ["label", "namespace", NAMESPACE, "pod-security.kubernetes.io/enforce-"],
        lost(`Namespace ${NAMESPACE}`, '.*/enforce"\\]: wanted "restricted"'),
      ],
      [
        [
          "label",
          "namespace",
          NAMESPACE,
          "pod-security.kubernetes.io/warn=baseline",
          "--overwrite",
        ],
        fields(`Namespace ${NAMESPACE}`, '.*/warn"\\]: wanted "restricted", found "baseline"'),
      ],
      [
        ["label", "node", `${CLUSTER}-control-plane`, "ingress-ready-"],
        lost(`Node ${CLUSTER}-control-plane`, '.*ingress-ready: wanted "true"'),
      ],
      [
        patch(`secret ${redis}`, replace("/data/redis-password", "aGFuZA==")),
        fields(
          app("Secret", redis),
          'data\\.redis-password: wanted "\\(hidden\\)", found "\\(hidden\\)"',
        ),
      ],
      [
        patch("service soc-agent-backend", add("/spec/selector/hand", "1")),
        fields(app("Service", "soc-agent-backend"), "spec\\.selector"),
      ],
      [
        patch("service soc-agent-redis", replace("/spec/ports/0/targetPort", 1234)),
        fields(
          app("Service", "soc-agent-redis"),
          "spec\\.ports.*targetPort: wanted .*, found 1234",
        ),
      ],
      [
        patch("ingress soc-agent", replace("/spec/rules/0/http/paths/0/path", "/hand")),
        fields(app("Ingress", "soc-agent"), 'spec\\.rules.*"?/hand'),
      ],
      [
        ["annotate", "ingress", "soc-agent", "hand=1"],
        fields(app("Ingress", "soc-agent"), 'metadata\\.annotations\\.hand: added "1"'),
      ],
      [
        patch("serviceaccount soc-agent-backend", replace("/automountServiceAccountToken", true)),
        fields(
          app("ServiceAccount", "soc-agent-backend"),
          "automountServiceAccountToken: wanted false, found true",
        ),
      ],
      [
        patch(
          "clusterrole system:metrics-server",
          add("/rules/-", {
            apiGroups: [""],
            resources: ["secrets"],
            verbs: ["get"],
          }),
        ),
        fields("ClusterRole system:metrics-server", "rules: wanted"),
      ],
    ];
    await allDone(deeds.map(([command]) => kubectl(project, ...command)));

    const { code, output } = await drift();
    console.log(output);
    assert.equal(code, 2, output);
    const unnamed = deeds.filter(([, said]) => !said.test(output)).map(([, said]) => said.source);
    assert.deepEqual(unnamed, []);

    const mended = await project.must("npm", ["run", "up", "--", "--stack", STACK]);
    assert.match(mended, /^mending {2}Making .*HorizontalPodAutoscaler/m);
    await none();
    assert.deepEqual(await records(), before);
    await upWithoutChanges(project);
    await ask("/api/threats");
  });

  it("is a release that somebody has rolled back, and an up upgrades it again", async () => {
    const kubeconfig = project.path(KUBECONFIG);
    const helm = (...args: readonly string[]) =>
      must("helm", [...args, "--namespace", NAMESPACE, "--kubeconfig", kubeconfig]);
    const newest = async () => {
      const [last] = JSON.parse(await helm("history", "soc-agent", "--max=1", "--output=json")) as {
        revision: number;
        description: string;
      }[];
      assert.ok(last);
      return last;
    };
    const made = await newest();
    // To itself, so that no pod is replaced: the revision is what differs.
    await helm("rollback", "soc-agent", String(made.revision));
    const rolledBack = `revision ${made.revision + 1} \\(Rollback to ${made.revision}\\)`;
    const { code, output } = await drift();
    assert.equal(code, 2, output);
    const said = new RegExp(
      `^release ${NAMESPACE}/soc-agent: ${rolledBack}, made as ${made.revision}$`,
      "m",
    );
    assert.match(output, said);

    const mended = await project.must("npm", ["run", "up", "--", "--stack", STACK]);
    assert.match(mended, /^mending {2}Upgrading release soc-agent\/soc-agent again$/m);
    assert.deepEqual(await newest(), {
      ...(await newest()),
      revision: made.revision + 2,
      description: made.description,
    });
    await none();
    await upWithoutChanges(project);
  });
});
