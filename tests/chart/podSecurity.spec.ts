import * as assert from "node:assert/strict";
import { render } from "./support/helm";
import { containerOf, type Container, type PodSpec, pods, workloads } from "./support/manifest";
import { restrictedViolations } from "../../plan/podSecurity";
import { PROFILES } from "./support/profiles";

describe("chart: Pod Security", function () {
  this.timeout(60_000);

  for (const [profile, values] of Object.entries(PROFILES)) {
    describe(`with ${profile} values`, () => {
      it("satisfies the standard 'restricted' in every pod", async () => {
        const made = pods(await render({ values }));

        assert.ok(made.length >= 2);
        for (const { name, spec } of made) {
          assert.deepEqual(restrictedViolations(spec), [], name);
        }
      });

      it("hardens every pod beyond it", async () => {
        const manifests = await render({ values });
        for (const { name, spec: pod } of pods(manifests)) {
          const [container] = pod.containers;
          assert.ok(container);
          assert.equal(pod.automountServiceAccountToken, false, name);
          assert.equal(pod.enableServiceLinks, false, name);
          assert.equal(container.securityContext?.readOnlyRootFilesystem, true, name);
          const { runAsUser, runAsGroup } = pod.securityContext ?? {};
          for (const id of [runAsUser, runAsGroup]) {
            assert.ok(profile === "OpenShift" ? id === undefined : (id ?? 0) > 10_000, name);
          }
          for (const resource of ["cpu", "memory", "ephemeral-storage"]) {
            assert.ok(container.resources?.requests?.[resource], `${name} ${resource}`);
            assert.ok(container.resources?.limits?.[resource], `${name} ${resource}`);
          }
          assert.notEqual(pod.terminationGracePeriodSeconds, undefined, name);
        }
        for (const workload of workloads(manifests)) {
          const { livenessProbe, readinessProbe, startupProbe } = containerOf(workload);
          assert.ok(livenessProbe && readinessProbe && startupProbe, workload.metadata.name);
        }
      });
    });
  }

  describe("the check itself", () => {
    const good: Container = {
      name: "app",
      image: "app:1",
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    };
    const pod: PodSpec = {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      containers: [good],
    };
    const having = (container: Partial<Container>): PodSpec => ({
      ...pod,
      containers: [{ ...good, ...container }],
    });
    const secured = (context: Container["securityContext"]): PodSpec =>
      having({ securityContext: { ...good.securityContext, ...context } });

    it("has nothing against a pod that is as restricted as it must be", () => {
      assert.deepEqual(restrictedViolations(pod), []);
    });

    const bad: readonly (readonly [string, PodSpec])[] = [
      ["hostNamespaces", { ...pod, hostNetwork: true }],
      ["hostNamespaces", { ...pod, hostPID: true }],
      ["hostNamespaces", { ...pod, hostIPC: true }],
      [
        "sysctls: kernel.msgmax",
        {
          ...pod,
          securityContext: {
            ...pod.securityContext,
            sysctls: [{ name: "kernel.msgmax", value: "1" }],
          },
        },
      ],
      ["runAsUser", { ...pod, securityContext: { ...pod.securityContext, runAsUser: 0 } }],
      ["restrictedVolumes: root", { ...pod, volumes: [{ name: "root", hostPath: { path: "/" } }] }],
      [
        "runAsNonRoot: app",
        { ...pod, securityContext: { seccompProfile: { type: "RuntimeDefault" } } },
      ],
      ["seccompProfile_restricted: app", { ...pod, securityContext: { runAsNonRoot: true } }],
      ["seccompProfile_restricted: app", secured({ seccompProfile: { type: "Unconfined" } })],
      ["allowPrivilegeEscalation: app", secured({ allowPrivilegeEscalation: true })],
      ["capabilities_restricted: app", secured({ capabilities: { drop: ["NET_RAW"] } })],
      [
        "capabilities_baseline: app",
        secured({ capabilities: { drop: ["ALL"], add: ["SYS_TIME"] } }),
      ],
      ["privileged: app", secured({ privileged: true })],
      ["procMount: app", secured({ procMount: "Unmasked" })],
      ["runAsUser: app", secured({ runAsUser: 0 })],
      ["runAsNonRoot: app", secured({ runAsNonRoot: false })],
      ["hostPorts: app", having({ ports: [{ containerPort: 80, hostPort: 80 }] })],
      [
        "hostProbesAndHostLifecycle: app",
        having({ livenessProbe: { httpGet: { path: "/", port: 80, host: "10.0.0.1" } } }),
      ],
      [
        "allowPrivilegeEscalation: setup",
        {
          ...pod,
          initContainers: [
            { ...good, name: "setup", securityContext: { capabilities: { drop: ["ALL"] } } },
          ],
        },
      ],
    ];
    for (const [index, [violation, spec]] of bad.entries()) {
      it(`refuses ${violation} (case ${index + 1})`, () => {
        assert.deepEqual(restrictedViolations(spec), [violation]);
      });
    }
  });
});
