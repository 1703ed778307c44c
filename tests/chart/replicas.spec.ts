/** Who says how many pods there are: the values, or an autoscaler. */
import * as assert from "node:assert/strict";
import type { LiveObject } from "./support/apiServer";
import { dryInstall, NAMESPACE } from "./support/dryInstall";
import { render, type Values } from "./support/helm";
import { find, type Manifest } from "./support/manifest";

const MARK = "soc-agent/replicas";
const NAME = "soc-agent-backend";

/** Values of the backend, whose number would be 3. */
const HPA: Values = { replicaCount: 3, hpa: { enabled: true } };
const NO_HPA: Values = { replicaCount: 3, hpa: { enabled: false } };
const EXTERNAL: Values = { ...NO_HPA, replicas: "external" };

/** The backend's Deployment with five pods. */
const deployment = (mark?: string, namespace = NAMESPACE): LiveObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { namespace, name: NAME, annotations: { other: "", ...(mark && { [MARK]: mark }) } },
  spec: { replicas: 5 },
});
const AUTOSCALER: LiveObject = {
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: { namespace: NAMESPACE, name: NAME },
};

interface Case {
  readonly title: string;
  /** What the cluster has. */
  readonly live: readonly LiveObject[];
  readonly backend: Values;
  readonly replicas?: number;
  readonly mark?: string;
}

const unset = { mark: "unset" };
const live = { replicas: 5, mark: "live" };
const counted = { replicas: 3 };

const CASES: readonly Case[] = [
  { title: "none on a first install under an HPA", live: [], backend: HPA, ...unset },
  { title: "none on a first install under KEDA", live: [], backend: EXTERNAL, ...unset },
  { title: "replicaCount on a first install without", live: [], backend: NO_HPA, ...counted },
  {
    title: "none beside a Deployment of that name in another namespace",
    live: [deployment(undefined, "other")],
    backend: HPA,
    ...unset,
  },
  {
    title: "none where there never was one, under an HPA",
    live: [deployment("unset"), AUTOSCALER],
    backend: HPA,
    ...unset,
  },
  {
    title: "none where there never was one, on the upgrade that switches the HPA off",
    live: [deployment("unset"), AUTOSCALER],
    backend: NO_HPA,
    ...unset,
  },
  {
    title: "none where there never was one, long after the HPA was switched off",
    live: [deployment("unset")],
    backend: NO_HPA,
    ...unset,
  },
  {
    title: "none where there never was one, when something else takes over",
    live: [deployment("unset")],
    backend: EXTERNAL,
    ...unset,
  },
  {
    title: "the live number after a chart that rendered it, under an HPA",
    live: [deployment(), AUTOSCALER],
    backend: HPA,
    ...live,
  },
  {
    title: "the live number after a chart that rendered it, when the HPA is switched off too",
    live: [deployment(), AUTOSCALER],
    backend: NO_HPA,
    ...live,
  },
  {
    title: "the live number when an HPA is switched on",
    live: [deployment()],
    backend: HPA,
    ...live,
  },
  {
    title: "the live number when something else takes over",
    live: [deployment()],
    backend: EXTERNAL,
    ...live,
  },
  {
    title: "the live number ever after, under an HPA",
    live: [deployment("live"), AUTOSCALER],
    backend: HPA,
    ...live,
  },
  {
    title: "the live number ever after, without one",
    live: [deployment("live")],
    backend: NO_HPA,
    ...live,
  },
  {
    title: "replicaCount where nothing ever scaled it, whatever is live",
    live: [deployment()],
    backend: NO_HPA,
    ...counted,
  },
];

describe("chart: replicas", function () {
  this.timeout(60_000);

  const look = (manifests: readonly Manifest[]) => {
    const { metadata, spec } = find(manifests, "Deployment", NAME);
    return { replicas: spec.replicas, mark: metadata.annotations?.[MARK] };
  };
  const rendered = async (backend: Values) => look(await render({ values: { backend } }));

  for (const { title, live, backend, replicas, mark } of CASES) {
    it(`are ${title}`, async () => {
      const { manifests } = await dryInstall({ backend }, { live });
      assert.deepEqual(look(manifests), { replicas, mark });
    });
  }

  it("are replicaCount where no cluster is asked, also under an HPA", async () => {
    assert.deepEqual(await rendered(HPA), { replicas: 3, mark: undefined });
  });

  it("are none where something else owns them, also where no cluster is asked", async () => {
    assert.deepEqual(await rendered(EXTERNAL), { replicas: undefined, mark: "unset" });
    assert.deepEqual(await rendered({ ...HPA, replicas: "external" }), {
      replicas: undefined,
      mark: "unset",
    });
  });

  describe("in NOTES", () => {
    const notes = async (backend: Values, live: readonly LiveObject[] = []): Promise<string> =>
      (await dryInstall({ backend }, { live })).notes;

    it("are as many as there will be", async () => {
      const pods = async (...args: Parameters<typeof notes>) =>
        /backend +(.+) x soc-backend/.exec(await notes(...args))?.[1];
      assert.equal(await pods({ hpa: { minReplicas: 4 } }), "4");
      assert.equal(await pods(NO_HPA), "3");
      assert.equal(await pods({ hpa: { minReplicas: 4 } }, [deployment("unset")]), "5");
      assert.equal(await pods(NO_HPA, [deployment("unset")]), "5");
    });

    it("name a replicaCount above the HPA's minimum as without effect", async () => {
      const above = { replicaCount: 3, hpa: { minReplicas: 2 } };
      const text = await notes(above);
      assert.match(
        text,
        /NOTE: backend\.replicaCount \(3\) has no effect: .* which is 2 at least\./,
      );
      assert.match(text, /Set backend\.hpa\.minReplicas=3 /);
      assert.doesNotMatch(await notes({ replicaCount: 3, hpa: { minReplicas: 3 } }), /NOTE/);
      assert.doesNotMatch(await notes({}), /NOTE/);
    });

    it("give the commands by which replicaCount counts again after an HPA", async () => {
      for (const mark of ["unset", "live"]) {
        const text = await notes(NO_HPA, [deployment(mark)]);
        assert.match(text, /backend\.replicaCount \(3\) has no effect/);
        assert.match(text, /--force-conflicts/);
        const annotate = `kubectl annotate deployment ${NAME} ${MARK}- --namespace soc`;
        assert.ok(text.includes(`\n  ${annotate}\n  helm upgrade soc-agent <chart> `), text);
      }
      for (const quiet of [EXTERNAL, HPA]) {
        assert.doesNotMatch(await notes(quiet, [deployment("unset")]), /annotate/);
      }
      assert.doesNotMatch(await notes(NO_HPA, [deployment()]), /annotate/);
    });
  });
});
