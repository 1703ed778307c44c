/** What a changed address of the control-plane leaves behind. */
import { X509Certificate } from "node:crypto";
import { docker } from "../../machine/docker";

/** The API server's certificate, in a node that kubeadm has set up. */
const CERTIFICATE = "/etc/kubernetes/pki/apiserver";

/**
 * Gives the API server a certificate for its node's address, if the one that it has is for another. A
 * start of the node can change the address. Kind's node images then rewrite their configuration, but not
 * every one renews the certificate (kind#2775), and the node's kubelet does not trust the old one. The API server
 * reads the new one by itself.
 *
 * @param node container of the control-plane
 * @param say tells the user what is mended
 * @returns whether it had one for another
 */
export async function renewCertificate(
  node: string,
  env: NodeJS.ProcessEnv,
  say: (what: string) => void,
): Promise<boolean> {
  const inNode = (...command: string[]) => docker(["exec", node, ...command], { env });
  const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}";
  const [certificate, addresses] = await Promise.all([
    inNode("cat", `${CERTIFICATE}.crt`),
    docker(["inspect", "--format", format, node], { env }),
  ]);
  const own = addresses.split(/\s+/).filter(Boolean);
  const known = new X509Certificate(certificate);
  if (own.some((address) => known.checkIP(address) !== undefined)) {
    return false;
  }
  say(`Renewing the API server's certificate, as ${node} has another address: ${own.join(", ")}`);
  await inNode("rm", `${CERTIFICATE}.crt`, `${CERTIFICATE}.key`);
  await inNode("kubeadm", "init", "phase", "certs", "apiserver", "--config", "/kind/kubeadm.conf");
  return true;
}
