import * as assert from "node:assert/strict";
import { mergeValues } from "../../config/values";
import type { ChartOverrides } from "../../plan/chart";
import { applicationImages } from "../../plan/podImages";
import { render, renderAnew, type Values } from "./support/helm";
import { ofKind, pods, type Manifest } from "./support/manifest";
import { PROFILES } from "./support/profiles";
import { withUmbrella } from "./support/umbrella";

const DIGEST = `sha256:${"a".repeat(64)}`;
const PINNED = `sha256:${"b".repeat(64)}`;

/** Images of all pods, by the name of what makes these. */
function images(manifests: readonly Manifest[]): Record<string, string | undefined> {
  const entries = pods(manifests).map(({ name, spec }) => [
    name.replace("soc-agent-", "").replace(/-[0-9a-f]{8}$/, ""),
    spec.containers[0]?.image,
  ]);
  return Object.fromEntries(entries) as Record<string, string | undefined>;
}

const DEFAULTS = {
  backend: "soc-backend:latest",
  frontend: "soc-frontend:latest",
  redis: "redis:7-alpine",
  "redis-password": "soc-backend:latest",
  test: "soc-frontend:latest",
};

/** Values, and the images that differ from the defaults. */
const IMAGES: readonly (readonly [string, Values, Partial<typeof DEFAULTS>])[] = [
  [
    "a registry of a part's own",
    { redis: { image: { registry: "docker.io" } } },
    { redis: "docker.io/redis:7-alpine" },
  ],
  [
    "a digest after the tag",
    { frontend: { image: { digest: DIGEST } } },
    { frontend: `soc-frontend:latest@${DIGEST}`, test: `soc-frontend:latest@${DIGEST}` },
  ],
  [
    "a digest in place of the tag's",
    { backend: { image: { tag: `2.0.0@${PINNED}`, digest: DIGEST } } },
    {
      backend: `soc-backend:2.0.0@${DIGEST}`,
      "redis-password": `soc-backend:2.0.0@${DIGEST}`,
    },
  ],
  [
    "the mirror before every image, in place of a registry",
    {
      global: { imageRegistry: "mirror.example.com:5000/hub" },
      redis: { image: { registry: "docker.io" }, auth: { image: "node:24-slim" } },
      frontend: { image: { digest: DIGEST } },
      helmTest: { image: "node:22-alpine" },
    },
    {
      backend: "mirror.example.com:5000/hub/soc-backend:latest",
      frontend: `mirror.example.com:5000/hub/soc-frontend:latest@${DIGEST}`,
      redis: "mirror.example.com:5000/hub/redis:7-alpine",
      "redis-password": "mirror.example.com:5000/hub/node:24-slim",
      test: "mirror.example.com:5000/hub/node:22-alpine",
    },
  ],
  [
    "a mirror at an IPv6 address",
    { global: { imageRegistry: "[fd00::1]:5000" } },
    {
      backend: "[fd00::1]:5000/soc-backend:latest",
      frontend: "[fd00::1]:5000/soc-frontend:latest",
      redis: "[fd00::1]:5000/redis:7-alpine",
      "redis-password": "[fd00::1]:5000/soc-backend:latest",
      test: "[fd00::1]:5000/soc-frontend:latest",
    },
  ],
];

/** Values, and the Secrets that every pod pulls with. */
const SECRETS: readonly (readonly [string, Values, readonly string[] | undefined])[] = [
  ["none", {}, undefined],
  ["names", { imagePullSecrets: ["a", "b"] }, ["a", "b"]],
  ["objects", { imagePullSecrets: [{ name: "a" }] }, ["a"]],
  ["a parent chart's, as names", { global: { imagePullSecrets: ["a"] } }, ["a"]],
  ["a parent chart's, as objects", { global: { imagePullSecrets: [{ name: "a" }] } }, ["a"]],
  [
    "both, each once",
    { global: { imagePullSecrets: ["a", "b"] }, imagePullSecrets: [{ name: "b" }, "c"] },
    ["a", "b", "c"],
  ],
];

describe("chart: images", function () {
  this.timeout(60_000);

  for (const [title, values, expected] of IMAGES) {
    it(`renders ${title}`, async () => {
      assert.deepEqual(images(await render({ values })), { ...DEFAULTS, ...expected });
    });
  }

  for (const [profile, values] of Object.entries(PROFILES)) {
    it(`pulls everything from the mirror with ${profile} values`, async () => {
      const mirrored = mergeValues(values, { global: { imageRegistry: "mirror.example.com" } });
      for (const { name, spec } of pods(await render({ values: mirrored }))) {
        for (const { image } of [...(spec.initContainers ?? []), ...spec.containers]) {
          assert.match(image ?? "", /^mirror\.example\.com\/[a-z]/, name);
        }
      }
    });
  }

  for (const [title, values] of [...IMAGES, ...Object.entries(PROFILES)]) {
    it(`has the project know what it takes besides the built images: ${title}`, async () => {
      // As the program hands them over: whatever is built is known by its name.
      const built = { image: { registry: "", repository: "built", tag: "1", digest: "" } };
      const known = mergeValues(values, { backend: built, frontend: built });
      const rendered = pods(await render({ values: known, flags: ["--skip-tests"] }));
      const others = rendered
        .flatMap(({ spec }) => [...(spec.initContainers ?? []), ...spec.containers])
        .flatMap(({ image }) => (image?.endsWith("built:1") ? [] : (image ?? [])));
      assert.deepEqual(
        [...new Set(applicationImages(known as ChartOverrides))].sort(),
        [...new Set(others)].sort(),
      );
    });
  }

  for (const [title, values, names] of SECRETS) {
    it(`lets every pod pull with these Secrets: ${title}`, async () => {
      for (const { name, spec } of pods(await render({ values }))) {
        assert.deepEqual(
          spec.imagePullSecrets,
          names?.map((name) => ({ name })),
          name,
        );
      }
    });
  }
});

describe("chart: in a parent chart", function () {
  this.timeout(60_000);

  const CONDITION = [{ condition: "soc-agent.enabled" }];
  const rendered = (values: Values) =>
    withUmbrella({ dependencies: CONDITION, values }, (chart) => renderAnew({ chart }));

  it("is there or not by the condition soc-agent.enabled", async () => {
    assert.equal(ofKind(await rendered({}), "Deployment").length, 3);
    assert.equal(
      ofKind(await rendered({ "soc-agent": { enabled: true } }), "Deployment").length,
      3,
    );
    assert.deepEqual(await rendered({ "soc-agent": { enabled: false } }), []);
  });

  it("takes the parent's registry and pull secrets", async () => {
    const global = { imageRegistry: "mirror.example.com", imagePullSecrets: ["mirror"], other: 1 };
    for (const { spec } of pods(await rendered({ global }))) {
      assert.match(spec.containers[0]?.image ?? "", /^mirror\.example\.com\//);
      assert.deepEqual(spec.imagePullSecrets, [{ name: "mirror" }]);
    }
  });
});
