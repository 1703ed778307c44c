/**
 * Asks the application through the ingress whether it answers, as the last step of an `up`.
 *
 * BASE_URL      such as http://localhost:8080
 * ADDRESS       host or host:port to ask instead of what BASE_URL's name resolves to
 * CA_FILE       PEM file with the certificate authority to trust
 * CHECKS        JSON list of what to ask, as `smokeCheck.checks` of a stack file
 * LOGIN         "true" when nobody gets in without a login
 * UNTRUSTED     "true" when the certificate is one that nobody trusts
 * KUBECONFIG, KUBE_CONTEXT, NAMESPACE   for the ingress's address, and for the report when it does not answer
 */
import { smoke } from "../cluster/smoke";
import { kubectlFor } from "../machine/kubectl";
import { runMain } from "../machine/run";
import { readTarget } from "../plan/smokeTarget";

async function main(): Promise<void> {
  const target = readTarget(process.env);
  const { KUBECONFIG, KUBE_CONTEXT, NAMESPACE } = process.env;
  if (!target || !KUBECONFIG || !NAMESPACE) {
    throw new Error("BASE_URL, KUBECONFIG and NAMESPACE must be set");
  }
  const of = {
    kubeconfigFile: KUBECONFIG,
    namespace: NAMESPACE,
    ...(KUBE_CONTEXT && { context: KUBE_CONTEXT }),
  };
  console.log(await smoke(target, of));
  console.log(await kubectlFor(of)(["get", "pods,hpa,ingress"]));
}

runMain(main);
