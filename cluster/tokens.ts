/** The tokens by which the stack's own checks read the application, and send it a threat. */
import type { apps, core } from "@pulumi/kubernetes/types/input";
import type { Role } from "../config/settings";
import { kubectlFor, type Target } from "../machine/kubectl";
import { itemsOf, type Seen } from "../machine/kubernetes";

/** The volume of the backend's pods that has the machines' tokens (charts/soc-agent, soc-agent.backendPod). */
const VOLUME = "tokens";

/**
 * The token of a role, from the Secrets that the backend reads in this cluster.
 *
 * @returns undefined where the backend knows no such token: it may ask for no login
 */
export async function tokenOf(of: Target, role: Role): Promise<string | undefined> {
  const kubectl = kubectlFor(of);
  const list = await kubectl(["get", "deployments", "--selector=app=soc-backend", "--output=json"]);
  const [backend] = itemsOf<Seen<apps.v1.Deployment>>(list);
  const volumes = backend?.spec?.template.spec?.volumes ?? [];
  const sources = volumes.find(({ name }) => name === VOLUME)?.projected?.sources ?? [];
  for (const { secret } of sources) {
    if (secret?.name !== undefined) {
      const found = await kubectl(["get", "secret", secret.name, "--output=json"]);
      const { data } = JSON.parse(found) as Seen<core.v1.Secret>;
      const token = data?.[role];
      if (token !== undefined) {
        return Buffer.from(token, "base64").toString().trimEnd();
      }
    }
  }
  return undefined;
}
