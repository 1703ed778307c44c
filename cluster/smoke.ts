/** Asks the application through the ingress whether it answers, and whether all of its pods are there. */
import * as dns from "node:dns/promises";
import * as fs from "node:fs";
import * as tls from "node:tls";
import type { networking } from "@pulumi/kubernetes/types/input";
import { SMOKE_CHECKS, type Role, type SmokeCheck } from "../config/settings";
import { controllerReport } from "./controller";
import { expectation, fits } from "./expectations";
import { httpGet, parseAddress, type Route } from "./httpGet";
import { kubectlFor, type Kubectl } from "../machine/kubectl";
import { itemsOf, type Seen } from "../machine/kubernetes";
import { APPLICATION } from "../plan/access";
import type { SmokeTarget } from "../plan/smokeTarget";
import { awaitMinimum } from "./autoscaler";
import { lookUntil } from "./lookUntil";
import { podReport, type PodsOf } from "./podReport";
import { servingReport } from "./serving";
import { tokenOf } from "./tokens";

/** Milliseconds until an application whose pods are ready must answer through the ingress. */
const PATIENCE = 90_000;
/** Milliseconds until a cloud must have given the Ingress an address. */
const ADDRESS_PATIENCE = 180_000;
const PAUSE = 500;

/** With a login a browser is sent to the provider; what the page is, the tests of its own pods tell. */
const LOGIN_CHECKS: readonly SmokeCheck[] = [
  ...SMOKE_CHECKS.filter(({ path }) => path !== "/"),
  { path: "/", status: 302 },
];
/** What must be closed to who has no token. */
const STRANGERS_CHECKS: readonly SmokeCheck[] = [{ path: "/api/threats", status: 401 }];

/** What to ask, by which way, and what has to be said about that. */
export interface Way {
  readonly base: string;
  readonly route: Route;
  readonly remarks: readonly string[];
}

/**
 * Asks until every answer is right and no autoscaler has pods to add, or time is up.
 *
 * @param of where the Ingress is, and whose pods to report on
 * @returns what answers, and what could not be checked about that
 * @throws Error that names what was wrong with the answers, and the pods that are not ready and why
 */
export async function smoke(target: SmokeTarget, of: PodsOf): Promise<string> {
  const { url, login, checks = login ? LOGIN_CHECKS : SMOKE_CHECKS } = target;
  const found = await findWay(target, kubectlFor(of));
  const way = login ? await withToken(found, of, "reader") : found;
  const deadline = Date.now() + PATIENCE;
  const right = (problem: string | undefined) => problem === undefined;
  const asked = [
    ...checks.map((check) => () => ask(check, way)),
    ...(login ? STRANGERS_CHECKS.map((check) => () => ask(check, found)) : []),
  ];
  const answers = asked.map((look) => lookUntil(look, right, deadline, PAUSE));
  const failures = (await Promise.all(answers)).filter((failure) => failure !== undefined);
  const [check = { path: "/" }] = login ? STRANGERS_CHECKS : checks;
  const controller = isMapped(found)
    ? await controllerReport(check, new URL(url), of, failures.length === 0)
    : [];
  if (failures.length > 0) {
    const [causes, pods] = await Promise.all([servingReport(of, APPLICATION), podReport(of)]);
    const also = [...way.remarks, ...controller, ...causes, pods];
    throw new Error([`${url} does not answer as it should:`, ...failures, ...also].join("\n"));
  }
  await awaitMinimum(of);
  const twin = [...controller, ...(await otherAnswer(checks, found))];
  const paths = checks.map(({ path }) => path).join(", ");
  return [`${url} answers: ${paths}`, ...way.remarks, ...twin].join("\n");
}

/** Finds the way to the application. A first deployment comes before its name is in the DNS, and has to work too. */
export async function findWay(target: SmokeTarget, kubectl: Kubectl): Promise<Way> {
  const { url: base, address, untrusted } = target;
  const { protocol, hostname } = new URL(base);
  const ca = target.ca && [...tls.rootCertificates, fs.readFileSync(target.ca, "utf8")].join("\n");
  const trust: Route = { ...(ca && { ca }), verify: !untrusted };
  const secure = protocol === "https:";
  const remarks =
    secure && !trust.verify ? ["The certificate was not checked: its issuer is for tests."] : [];
  if (address) {
    return { base, route: { ...trust, ...parseAddress(address) }, remarks };
  }
  if (hostname === "localhost") {
    // What is mapped. Another program can have the same port of [::1], and its answer would be taken for ours.
    return { base, route: { ...trust, host: "127.0.0.1" }, remarks };
  }
  if (await resolves(hostname)) {
    return { base, route: trust, remarks };
  }
  const host = await ingressAddress(kubectl);
  return host === undefined
    ? {
        base,
        route: trust,
        remarks: [
          `${hostname} is not in the DNS, and the Ingress has no address yet. ` +
            "Set soc-agent:smokeCheck.address to the ingress controller's address, or smokeCheck.run to false.",
        ],
      }
    : {
        base,
        // No public issuer gives out a certificate for a name that is not in the DNS.
        route: { ...trust, host, verify: false },
        remarks: [
          `${hostname} is not in the DNS yet, so the Ingress's address was asked. Point ${hostname} to ${host}.`,
          ...(secure
            ? ["The certificate was not checked: it cannot be there before the name is."]
            : []),
        ],
      };
}

/** The way with the token of a role. @throws Error where the backend knows none */
export async function withToken(way: Way, of: PodsOf, role: Role): Promise<Way> {
  const token = await tokenOf(of, role);
  if (token === undefined) {
    throw new Error(
      `the application asks for a login, and its backend knows no token named ${role} by which this could ask: ` +
        "run npm run up, which makes one",
    );
  }
  return { ...way, route: { ...way.route, token } };
}

/** Whether a port of this machine is asked, which leads to a node of Kind's. */
function isMapped({ base, route }: Way): boolean {
  return new URL(base).hostname === "localhost" && route.host === "127.0.0.1";
}

/** What answers at `[::1]` in place of the application, which browsers ask as well. */
async function otherAnswer(checks: readonly SmokeCheck[], way: Way): Promise<string[]> {
  if (!isMapped(way)) {
    return [];
  }
  const { base, route } = way;
  const [check = { path: "/" }] = checks;
  const host = `[::1]:${new URL(base).port || "80"}`;
  try {
    const answer = await httpGet(new URL(check.path, base), { ...route, host: "::1" });
    return fits(check, answer)
      ? []
      : [
          `warning: something else answers at ${host} (status ${answer.status}), and a browser may ask there for localhost: ` +
            `stop it, or open ${base.replace("localhost", "127.0.0.1")}`,
        ];
  } catch {
    // Nothing is there, as it should be.
    return [];
  }
}

async function resolves(hostname: string): Promise<boolean> {
  try {
    await dns.lookup(hostname);
    return true;
  } catch {
    return false;
  }
}

/** The address that the controller has written into the Ingress; clouds take a while to give one. */
async function ingressAddress(kubectl: Kubectl): Promise<string | undefined> {
  const look = async () => {
    const list = await kubectl(["get", "ingress", "-o", "json"]);
    const items = itemsOf<Seen<networking.v1.Ingress>>(list);
    const [address] = items.flatMap(({ status }) => status?.loadBalancer?.ingress ?? []);
    return { found: address?.ip ?? address?.hostname, none: items.length === 0 };
  };
  // An application that comes in by another way than an Ingress has none to wait for.
  const willDo = ({ found, none }: Awaited<ReturnType<typeof look>>) => found !== undefined || none;
  return (await lookUntil(look, willDo, Date.now() + ADDRESS_PATIENCE, PAUSE)).found;
}

/** @returns what is wrong with the answer, if anything */
async function ask(check: SmokeCheck, { base, route }: Way): Promise<string | undefined> {
  const url = new URL(check.path, base);
  const expected = `  ${url.href}: expected ${expectation(check)}`;
  try {
    const answer = await httpGet(url, route);
    return fits(check, answer)
      ? undefined
      : `${expected}, got ${answer.status} ${JSON.stringify(answer.body.slice(0, 120))}`;
  } catch (error) {
    return `${expected}, got no answer (${String(error)})`;
  }
}
