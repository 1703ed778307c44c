/** A chart with Traefik's values, for machines that cannot download Traefik's own. */
import * as fs from "node:fs";
import * as path from "node:path";

/** Where the values of ingress-nginx's chart are called something else in Traefik's. */
const RENAMED: readonly (readonly [nginx: string, traefik: string])[] = [
  [".Values.controller.ingressClassResource.name", ".Values.ingressClass.name"],
  [".Values.controller.ingressClassResource.default", ".Values.ingressClass.isDefaultClass"],
  [".Values.controller.hostPort.enabled", ".Values.ports.web.hostPort"],
  [".Values.controller.hostPort.ports.http ", ".Values.ports.web.hostPort "],
  [".Values.controller.hostPort.ports.https ", ".Values.ports.websecure.hostPort "],
  [".Values.controller.service.type", ".Values.service.spec.type"],
  [
    ".Values.controller.terminationGracePeriodSeconds",
    ".Values.deployment.terminationGracePeriodSeconds",
  ],
  [".Values.controller.updateStrategy", ".Values.updateStrategy"],
  [".Values.controller.nodeSelector", ".Values.nodeSelector"],
  [".Values.controller.tolerations", ".Values.tolerations"],
  ["k8s.io/ingress-nginx", "traefik.io/ingress-controller"],
  ["ingress-nginx", "traefik"],
];

/**
 * Makes a chart that takes Traefik's values and runs another controller.
 *
 * @param source folder of a stand-in for ingress-nginx's chart
 * @param target folder to make
 * @throws Error when the source has no place for one of the values, so that none is ignored silently
 */
export function standInTraefik(source: string, target: string): void {
  fs.cpSync(source, target, { recursive: true });
  const files = [
    "Chart.yaml",
    ...fs.readdirSync(path.join(target, "templates")).map((name) => path.join("templates", name)),
  ].map((name) => path.join(target, name));
  const texts = files.map((file) => fs.readFileSync(file, "utf8"));
  for (const [nginx, traefik] of RENAMED) {
    if (!texts.some((text) => text.includes(nginx))) {
      throw new Error(`${source} has no ${nginx}, so it cannot stand in for Traefik's chart`);
    }
    texts.forEach((text, index) => (texts[index] = text.replaceAll(nginx, traefik)));
  }
  files.forEach((file, index) => fs.writeFileSync(file, texts[index] ?? ""));
}
