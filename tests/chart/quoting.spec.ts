/** Texts of values, names and namespaces that YAML takes for something else where they are not quoted. */
import * as assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import { render, template, type HelmOptions, type Values } from "./support/helm";
import { EXTERNAL_REDIS, GATEWAY, PROFILES } from "./support/profiles";

/** A number, booleans, nothing, and dates: to YAML 1.1, which Helm and Kubernetes read, or to 1.2. */
const WORDS = ["1234", "1e3", "0x1f", "on", "null", "2001-01-01", "1.5"];

/** What stands in the place of the word in a rendering that it is compared with. */
const NEUTRAL = "neutral-word";

/** Renders, and gives the objects as JSON, as each of YAML's versions reads them. */
async function read(options: HelmOptions): Promise<string[]> {
  const { code, stdout, stderr } = await template(options);
  assert.equal(code, 0, stderr);
  return (["1.1", "1.2"] as const).map((version) =>
    JSON.stringify(parseAllDocuments(stdout, { version }).map((document) => document.toJS()))
      // Sums differ with the texts.
      .replaceAll(/"[0-9a-f]{64}"/g, '"sum"')
      .replaceAll(/-[0-9a-f]{8}"/g, '-sum"'),
  );
}

/** Every text that a values file may hold. No name of an object's own may begin with a digit. */
const texts = (word: string, name = word): Readonly<Record<string, Values>> => ({
  "the parts'": {
    nameOverride: name,
    imagePullSecrets: [{ name: word }],
    nodeSelector: { node: word },
    tolerations: [{ key: word, operator: "Equal", value: word, effect: "NoSchedule" }],
    priorityClassName: word,
    serviceAccount: { create: false, name: word },
    openai: { existingSecret: word, secretKey: word },
    redis: {
      auth: { existingSecret: word, secretKey: word },
      persistence: { enabled: true, storageClass: word },
    },
    backend: {
      image: { repository: word, tag: word },
      env: { LOG_LEVEL: "INFO", TEXT: word },
      probes: { liveness: { path: `/${word}: #` }, readiness: { path: `/${word}: #` } },
    },
    ingress: {
      className: word,
      annotations: { text: word },
      hosts: [
        {
          host: word,
          paths: [{ path: `/${word}: #`, pathType: "Prefix", backend: "frontend" }],
        },
      ],
      tls: [{ secretName: word, hosts: [word] }],
    },
    networkPolicy: {
      ingressController: { namespace: word },
      monitoring: { namespace: word, agentsNamespace: word },
      dns: { namespace: word, podLabels: { text: word } },
    },
  },
  "a made Secret's": { redis: { auth: { secretKey: word } } },
  "an external Redis's": {
    redis: {
      enabled: false,
      external: {
        ...(EXTERNAL_REDIS["redis"] as { external: Values }).external,
        host: word,
        username: word,
        existingSecret: word,
        secretKey: word,
        caSecret: word,
        caKey: word,
      },
    },
  },
  "a Gateway's": {
    ...GATEWAY,
    fullnameOverride: name,
    gateway: {
      enabled: true,
      parentRefs: [{ name: word, namespace: word, sectionName: word }],
      annotations: { text: word },
    },
  },
});

const WHOSE = Object.keys(texts(NEUTRAL));

/** A release that is called like the word, in a namespace that is so too. */
const called = (word: string, values: Values): HelmOptions => ({
  release: word,
  values,
  flags: ["--namespace", word],
});

describe("chart: quoting", function () {
  this.timeout(120_000);

  for (const word of WORDS) {
    const name = (own: string) => (/^[a-z]/.test(word) ? own : "name");
    for (const whose of WHOSE) {
      it(`leaves ${whose} texts texts where they are ${word}`, async () => {
        const [values, neutral] = [word, NEUTRAL].map((own) => texts(own, name(own))[whose]);
        const expected = await read({ values: neutral ?? {} });
        assert.ok(expected[0]?.includes(NEUTRAL));
        assert.deepEqual(
          await read({ values: values ?? {} }),
          expected.map((json) => json.replaceAll(NEUTRAL, word)),
        );
      });
    }
  }

  const releases = [
    ...[...WORDS, "1-a", "a.b"].map((word) => [word, "defaults", {}] as const),
    ...Object.entries(PROFILES).map(([profile, values]) => ["1e3", profile, values] as const),
  ];
  for (const [word, profile, values] of releases) {
    it(`leaves a release and a namespace called ${word} texts with ${profile} values`, async () => {
      // A Service's name begins with a letter and has no dot.
      const name = word.replace(/^(?=[0-9])/, "r").replaceAll(".", "-");
      const expected = await read(called(NEUTRAL, values));
      assert.deepEqual(
        await read(called(word, values)),
        expected.map((json) =>
          json.replaceAll(`${NEUTRAL}-soc-agent`, `${name}-soc-agent`).replaceAll(NEUTRAL, word),
        ),
      );
    });
  }

  for (const [profile, values] of Object.entries(PROFILES)) {
    it(`says the namespace of every object with ${profile} values`, async () => {
      for (const { kind, metadata } of await render({ values, flags: ["--namespace", "soc"] })) {
        assert.equal(metadata.namespace, "soc", `${kind} ${metadata.name}`);
      }
    });
  }

  it("leaves large numbers whole", async () => {
    const large = { maxSurge: 1_000_000, minReadySeconds: 1_000_000, preStopSeconds: 1_000_000 };
    const { stdout } = await template({
      values: {
        backend: {
          rollout: large,
          hpa: { maxReplicas: 1_000_000 },
          probes: { liveness: { periodSeconds: 1_000_000 } },
        },
        frontend: { rollout: large, replicaCount: 1_000_000 },
      },
    });
    assert.match(stdout, /: 1000000$/m);
    assert.doesNotMatch(stdout, /e\+06/);
  });
});
