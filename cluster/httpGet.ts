/** Requests that can be sent to another address than the URL's name resolves to, as with `curl --connect-to`. */
import * as http from "node:http";
import * as https from "node:https";
import { isIP } from "node:net";

/** Milliseconds that an answer may take. */
const TIMEOUT = 5_000;

/** Most of a body that is read: what does not fit is not what is asked for here. */
const BODY_LIMIT = 8 << 20;

/** Where a request goes, and whom it trusts. */
export interface Route {
  /** Host to connect to instead of the URL's; the request still names the URL's. */
  readonly host?: string;
  /** Port to connect to instead of the URL's. */
  readonly port?: number;
  /** Certificate authorities in PEM, instead of the usual ones. */
  readonly ca?: string;
  /** Whether the server's certificate must be valid. @default true */
  readonly verify?: boolean;
  /** Who asks: a token, which goes with the request. */
  readonly token?: string;
  /** Who asks: a certificate and its key, in PEM, which the connection is made with. */
  readonly client?: { readonly cert: string; readonly key: string };
  /** Whom the request names, as `host:port`, instead of the URL's. */
  readonly named?: string;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * Asks for a URL. Redirects are not followed: they are an answer, too.
 *
 * @throws Error with Node's own reason (`code`), when there is no answer within five seconds
 */
export function httpGet(url: URL, route: Route = {}): Promise<Answer> {
  return send(url, route);
}

/**
 * Sends JSON to a URL.
 *
 * @throws Error as {@link httpGet}
 */
export function httpPost(url: URL, body: object, route: Route = {}): Promise<Answer> {
  return send(url, route, JSON.stringify(body));
}

/** @param json what is posted; without it something is asked for */
function send(
  url: URL,
  { host, port, ca, verify = true, token, client, named = url.host }: Route,
  json?: string,
): Promise<Answer> {
  const secure = url.protocol === "https:";
  const options: https.RequestOptions = {
    host: host ?? url.hostname.replace(/^\[|\]$/g, ""),
    port: port ?? (url.port || (secure ? 443 : 80)),
    path: `${url.pathname}${url.search}`,
    ...(json !== undefined && { method: "POST" }),
    headers: {
      host: named,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(json !== undefined && { "content-type": "application/json" }),
    },
    // Connections are of no use to the next question, and would keep the program from ending.
    agent: false,
    signal: AbortSignal.timeout(TIMEOUT),
    ...(secure && { rejectUnauthorized: verify, ...(ca && { ca }), ...client }),
    // Server names are for names (RFC 6066). Without any Node would take the one that the request names.
    ...(secure && { servername: isIP(url.hostname) ? "" : url.hostname }),
  };
  return new Promise((resolve, reject) => {
    const request = (secure ? https : http).request(options, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (data: string) => {
        body += data;
        if (body.length > BODY_LIMIT) {
          request.destroy(new Error(`an answer of more than ${BODY_LIMIT} bytes`));
        }
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(json);
  });
}

/** Splits `host`, `host:port` or `[v6]:port`. */
export function parseAddress(address: string): { host: string; port?: number } {
  const [, host = address, port] = /^(.*?)(?::(\d+))?$/.exec(address) ?? [];
  return { host: host.replace(/^\[|\]$/g, ""), ...(port && { port: Number(port) }) };
}
