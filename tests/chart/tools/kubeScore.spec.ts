/** kube-score's opinion of what every profile renders. Nothing critical is let pass but what is waived here. */
import * as assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { CHART, template, type Values } from "../support/helm";
import { PROFILES } from "../support/profiles";

/** kube-score's grades up to the one that it calls critical. */
const CRITICAL = 1;

interface Scored {
  readonly type_meta: { readonly kind: string };
  readonly object_meta: { readonly name: string };
  readonly checks: readonly {
    readonly check: { readonly id: string };
    readonly grade: number;
    readonly skipped: boolean;
  }[];
}

interface Waiver {
  readonly check: string;
  /** `Kind/name` of the objects, all in one pattern. */
  readonly objects: RegExp;
  /** Profiles that show it. @default all in which the objects are */
  readonly profiles?: readonly string[];
  readonly reason: string;
}

/** What runs the application's own images: its parts, helm test, and the Job that makes Redis's password. */
const PARTS =
  /^(Deployment|Pod|Job)\/soc-agent-(backend|frontend|test|redis-password-[0-9a-f]{8})$/;
const OWN_IMAGES = [
  "defaults",
  "minimal",
  "full",
  "external Redis",
  "persistence",
  "gateway",
  "gitops",
  "OpenShift",
  "dual stack",
  "monitored",
  "login",
];

/** Those with an HPA whose number the chart may write where no cluster is asked. */
const WITH_REPLICAS = [
  "defaults",
  "kind",
  "production",
  "full",
  "external Redis",
  "persistence",
  "gateway",
  "OpenShift",
  "dual stack",
  "monitored",
  "login",
];

const WAIVERS: readonly Waiver[] = [
  {
    check: "container-image-tag",
    objects: PARTS,
    profiles: [...OWN_IMAGES, "production"],
    reason:
      "The specification's default tag is latest. The stacks never use it: they tag by content, and in " +
      "production the README asks for a release with its digest.",
  },
  {
    check: "container-image-pull-policy",
    objects: PARTS,
    profiles: [...OWN_IMAGES, "kind"],
    reason:
      "Never, as specified: the images are loaded into Kind's nodes and in no registry. In production it is Always.",
  },
  {
    check: "container-image-pull-policy",
    objects: /^(Deployment|StatefulSet)\/soc-agent-(redis|auth)$/,
    reason:
      "IfNotPresent, of Redis as specified: public images of fixed tags, to which no credentials apply. A restart " +
      "must not depend on a registry.",
  },
  {
    check: "deployment-targeted-by-hpa-does-not-have-replicas-configured",
    objects: /^Deployment\/soc-agent-backend$/,
    profiles: WITH_REPLICAS,
    reason:
      "Where no cluster is asked, the specification's check reads the number. A live release never has it, " +
      "and with backend.replicas=external nothing has.",
  },
  {
    check: "container-security-context-user-group-id",
    objects: /./,
    profiles: ["OpenShift"],
    reason: "OpenShift gives each namespace users and groups of its own, and refuses all others.",
  },
  {
    check: "pod-networkpolicy",
    objects: PARTS,
    profiles: ["minimal"],
    reason:
      "What this profile is for: policies are switched off, as for a cluster with rules of its own.",
  },
];

/** Runs kube-score on YAML. Findings that it calls critical, as `check Kind/name`. */
async function criticalIn(yaml: string): Promise<string[]> {
  const child = spawn("kube-score", ["score", "--output-format", "json", "-"]);
  let [output, errors] = ["", ""];
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  child.stderr.on("data", (data: Buffer) => (errors += data.toString()));
  const ended = new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  child.stdin.end(yaml);
  await ended;
  assert.match(output, /^\[/, errors);
  const scored = JSON.parse(output) as Scored[];
  assert.ok(scored.length > 3, "kube-score saw nothing");
  return scored
    .flatMap(({ type_meta, object_meta, checks }) =>
      checks
        .filter(({ grade, skipped }) => !skipped && grade <= CRITICAL)
        .map(({ check }) => `${check.id} ${type_meta.kind}/${object_meta.name}`),
    )
    .sort();
}

async function critical(values: Values, chart = CHART): Promise<string[]> {
  const { code, stdout, stderr } = await template({ values, chart });
  assert.equal(code, 0, stderr);
  return criticalIn(stdout);
}

function waives({ check, objects, profiles }: Waiver, profile: string, finding: string): boolean {
  const [id, object = ""] = finding.split(" ");
  return id === check && objects.test(object) && (profiles?.includes(profile) ?? true);
}

describe("chart: kube-score", function () {
  this.timeout(60_000);

  const found: { profile: string; finding: string }[] = [];
  for (const [profile, values] of Object.entries(PROFILES)) {
    it(`finds nothing critical in ${profile} values but what is waived`, async () => {
      const findings = await critical(values);
      found.push(...findings.map((finding) => ({ profile, finding })));
      const left = findings.filter(
        (finding) => !WAIVERS.some((waiver) => waives(waiver, profile, finding)),
      );
      assert.deepEqual(left, []);
    });
  }

  for (const waiver of WAIVERS) {
    for (const profile of waiver.profiles ?? ["any"]) {
      it(`still finds what is waived: ${waiver.check} of ${waiver.objects.source} in ${profile}`, () => {
        assert.ok(
          found.some(
            (one) =>
              (profile === "any" || one.profile === profile) &&
              waives(waiver, one.profile, one.finding),
          ),
        );
      });
    }
  }

  describe("refuses a chart with a seeded fault", () => {
    let folder: string;
    let chart: string;
    beforeEach(async () => {
      folder = await mkdtemp(path.join(tmpdir(), "chart-"));
      chart = path.join(folder, "soc-agent");
      await cp(CHART, chart, { recursive: true });
    });
    afterEach(() => rm(folder, { recursive: true }));

    const faults = [
      [
        "a root file system that can be written to",
        "_pods.tpl",
        "readOnlyRootFilesystem: true",
        "readOnlyRootFilesystem: false",
        "container-security-context-readonlyrootfilesystem Deployment/soc-agent-backend",
      ],
      [
        "a low user id",
        "_pods.tpl",
        "runAsUser: 10001",
        "runAsUser: 999",
        "container-security-context-user-group-id Deployment/soc-agent-redis",
      ],
      [
        "a policy that selects no pod",
        "backend-networkpolicy.yaml",
        `include "soc-agent.selectorLabels" $part | nindent 6`,
        `printf "app: nobody" | nindent 6`,
        "networkpolicy-targets-pod NetworkPolicy/soc-agent-backend",
      ],
      [
        "a pod without limits",
        "_frontend.tpl",
        '{{- include "soc-agent.resources" .Values.frontend.resources | nindent 8 }}',
        "{}",
        "container-resources Deployment/soc-agent-frontend",
      ],
      [
        "a Service that leads nowhere",
        "_services.tpl",
        `{{- include "soc-agent.selectorLabels" . | nindent 4 }}`,
        "app: nobody",
        "service-targets-pod Service/soc-agent-backend",
      ],
      [
        "the same probe for readiness and liveness",
        "_frontend.tpl",
        '"kind" "readiness"',
        '"kind" "liveness"',
        "pod-probes-identical Deployment/soc-agent-frontend",
      ],
    ] as const;
    for (const [title, file, from, to, finding] of faults) {
      it(title, async () => {
        const template = path.join(chart, "templates", file);
        const text = await readFile(template, "utf8");
        assert.ok(text.includes(from), `${file} has no ${from}`);
        await writeFile(template, text.replace(from, to));
        const findings = await critical({}, chart);
        assert.ok(findings.includes(finding), findings.join("\n"));
      });
    }
  });
});
