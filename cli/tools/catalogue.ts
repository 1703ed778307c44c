/** The command-line tools that this project drives: which versions fit, and where they come from. */
import * as semver from "semver";

/** One program of a Go module. */
export interface GoProgram {
  /** Name of the executable. */
  readonly name: string;
  /** Module path. */
  readonly module: string;
  /** Version of the module, with its `v`. */
  readonly version: string;
  /** Package of the program; without one, {@link GoProgram.main} is it. */
  readonly package?: string;
  /** Source of a `main` package, where the module has none that can be built from outside. */
  readonly main?: string;
  /** Variables that releases are linked with, as `-X` takes them. */
  readonly variables?: readonly string[];
}

/** A tool as this project needs it. */
export interface Tool {
  readonly name: ToolName;
  /** What is fetched where no fitting one is found. */
  readonly version: string;
  /** Which versions on PATH are used as they are. */
  readonly range: string;
  /** Arguments that make it print its version, offline. */
  readonly versionArgs: readonly string[];
  /** Other programs that it cannot work without; they come with it. */
  readonly companions: readonly string[];
  /** Its name in mise's registry. */
  readonly mise: string;
  /** What to build, in this order: what is least likely to be had comes first. */
  readonly go: readonly GoProgram[];
  /** Where its makers say how to install it. */
  readonly link: string;
}

/** The tools, by name. */
export const TOOL_NAMES = ["pulumi", "kind", "kubectl", "helm"] as const;
export type ToolName = (typeof TOOL_NAMES)[number];

const PULUMI = "3.259.0";
const KIND = "0.33.0";
const HELM = "4.3.2";
/** The minor version of the Kubernetes that kind's pinned release makes: kubectl supports one on either side. */
const KUBECTL = "1.37.2";

/** What each tool is, which versions fit and where they come from. */
export const TOOLS: Readonly<Record<ToolName, Tool>> = {
  pulumi: {
    name: "pulumi",
    version: PULUMI,
    // Pulumi.yaml's requiredPulumiVersion.
    range: ">=3.248.0 <4",
    versionArgs: ["version"],
    companions: ["pulumi-language-nodejs"],
    mise: "aqua:pulumi/pulumi",
    go: [
      {
        name: "pulumi-language-nodejs",
        module: "github.com/pulumi/pulumi/sdk/nodejs/cmd/pulumi-language-nodejs/v3",
        version: `v${PULUMI}`,
        package: "github.com/pulumi/pulumi/sdk/nodejs/cmd/pulumi-language-nodejs/v3",
      },
      {
        name: "pulumi",
        module: "github.com/pulumi/pulumi/pkg/v3",
        version: `v${PULUMI}`,
        package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        variables: [`github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${PULUMI}`],
      },
    ],
    link: "https://www.pulumi.com/docs/iac/download-install/",
  },
  kind: {
    name: "kind",
    version: KIND,
    // The first that turns the label patch into the form of new kubeadm versions (plan/kindConfig.ts).
    range: ">=0.33.0 <1",
    versionArgs: ["version"],
    companions: [],
    mise: "aqua:kubernetes-sigs/kind",
    go: [
      {
        name: "kind",
        module: "sigs.k8s.io/kind",
        version: `v${KIND}`,
        package: "sigs.k8s.io/kind",
      },
    ],
    link: "https://kind.sigs.k8s.io/docs/user/quick-start/#installation",
  },
  kubectl: {
    name: "kubectl",
    version: KUBECTL,
    range: ">=1.32.0 <2",
    versionArgs: ["version", "--client"],
    companions: [],
    mise: "aqua:kubernetes/kubernetes/kubectl",
    go: [
      {
        name: "kubectl",
        module: "k8s.io/kubectl",
        // Kubernetes' libraries are released as 0.x beside Kubernetes 1.x.
        version: `v${KUBECTL.replace(/^1/, "0")}`,
        // k8s.io/kubernetes/cmd/kubectl, without the replace directives that keep it from being a dependency.
        main: `package main

import (
	_ "k8s.io/client-go/plugin/pkg/client/auth"
	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
)

func main() {
	util.CheckErr(cli.RunNoErrOutput(cmd.NewDefaultKubectlCommand()))
}
`,
        variables: [
          `k8s.io/component-base/version.gitVersion=v${KUBECTL}`,
          "k8s.io/component-base/version.gitMajor=1",
          `k8s.io/component-base/version.gitMinor=${semver.minor(KUBECTL)}`,
        ],
      },
    ],
    link: "https://kubernetes.io/docs/tasks/tools/",
  },
  helm: {
    name: "helm",
    version: HELM,
    // What this project asks of helm is asked so that 3 and 4 both do it.
    range: ">=3.18.0 <5",
    versionArgs: ["version", "--short"],
    companions: [],
    mise: "aqua:helm/helm",
    go: [
      {
        name: "helm",
        module: "helm.sh/helm/v4",
        version: `v${HELM}`,
        package: "helm.sh/helm/v4/cmd/helm",
        variables: [`helm.sh/helm/v4/internal/version.version=v${HELM}`],
      },
    ],
    link: "https://helm.sh/docs/intro/install/",
  },
};
