import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  exportJWK,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWK,
  type JWTPayload,
} from "jose";
import { Provider } from "oidc-provider";

/** The client that the dashboard's proxy is. */
export const AUDIENCE = "soc-dashboard";
const SECRET = "a-secret-of-the-fixture";
const CALLBACK = "http://127.0.0.1/oauth2/callback";

/** A key of the provider. */
interface Key {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

/** A real OIDC provider on a port of its own, where everybody can sign in who has a name. */
export class OidcFixture {
  readonly #server: Server = createServer((request, response) => this.#answer(request, response));
  #provider!: Provider;
  #key!: Key;
  #rotations = 0;
  /** Questions for its keys so far. */
  keyRequests = 0;
  /** Requests that were cut off so far. */
  cutOff = 0;
  /** While false every request is cut off. */
  up = true;

  private constructor(private readonly groups: Readonly<Record<string, readonly string[]>>) {}

  /**
   * Starts one.
   *
   * @param groups who there is, and their groups
   */
  static async start(groups: Readonly<Record<string, readonly string[]>>): Promise<OidcFixture> {
    const fixture = new OidcFixture(groups);
    fixture.#server.listen(0, "127.0.0.1");
    await once(fixture.#server, "listening");
    await fixture.rotate();
    return fixture;
  }

  get issuer(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Its present public key. */
  get publicJwk(): JWK {
    return this.#key.jwk;
  }

  /** Signs with a new key from now on, and knows the old one no more. */
  async rotate(): Promise<void> {
    const { privateKey } = await generateKeyPair("RS256", { extractable: true });
    const kid = `key-${(this.#rotations += 1)}`;
    const jwk = { ...(await exportJWK(privateKey)), kid, alg: "RS256", use: "sig" };
    const { kty, n, e } = jwk as { kty: string; n: string; e: string };
    this.#key = { kid, privateKey, jwk: { kty, n, e, kid, alg: "RS256", use: "sig" } };
    this.#provider = this.#create(jwk);
  }

  /** The ID token that a browser's proxy gets for somebody: by the authorization code flow, as any client. */
  async signIn(name: string): Promise<string> {
    const query = new URLSearchParams({
      client_id: AUDIENCE,
      redirect_uri: CALLBACK,
      response_type: "code",
      scope: "openid profile",
      login_hint: name,
    });
    const jar = new Map<string, string>();
    let url = new URL(`${this.issuer}/auth?${query.toString()}`);
    while (url.origin === this.issuer) {
      const cookie = [...jar].map((pair) => pair.join("=")).join("; ");
      const answer = await fetch(url, { redirect: "manual", headers: { cookie } });
      for (const [pair = ""] of answer.headers.getSetCookie().map((line) => line.split(";"))) {
        jar.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
      }
      const location = answer.headers.get("location");
      if (location === null) {
        throw new Error(`${url.pathname} answered ${answer.status}: ${await answer.text()}`);
      }
      url = new URL(location, url);
    }
    const answer = await fetch(`${this.issuer}/token`, {
      method: "POST",
      headers: {
        authorization: `Basic ${Buffer.from(`${AUDIENCE}:${SECRET}`).toString("base64")}`,
      },
      body: new URLSearchParams({
        grant_type: "authorization_code",
        code: url.searchParams.get("code") ?? "",
        redirect_uri: CALLBACK,
      }),
    });
    return ((await answer.json()) as { id_token: string }).id_token;
  }

  /** A token that it would sign, with other claims; one that is undefined is left out. */
  async sign(
    claims: JWTPayload,
    key: Pick<Key, "kid" | "privateKey"> = this.#key,
  ): Promise<string> {
    const seconds = Math.floor(Date.now() / 1000);
    return new SignJWT({
      iss: this.issuer,
      aud: AUDIENCE,
      sub: "somebody",
      iat: seconds,
      exp: seconds + 300,
      ...claims,
    })
      .setProtectedHeader({ alg: "RS256", kid: key.kid })
      .sign(key.privateKey);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  #create(jwk: JWK): Provider {
    const { groups } = this;
    const provider: Provider = new Provider(this.issuer, {
      clients: [{ client_id: AUDIENCE, client_secret: SECRET, redirect_uris: [CALLBACK] }],
      jwks: { keys: [jwk] },
      cookies: { keys: ["a-key-of-the-fixture"] },
      claims: { openid: ["sub"], profile: ["preferred_username", "groups"] },
      // Into the ID token too, as providers for people's groups do it.
      conformIdTokenClaims: false,
      ttl: { AccessToken: 300, Grant: 300, IdToken: 300, Interaction: 300, Session: 300 },
      pkce: { required: () => false },
      features: { devInteractions: { enabled: false } },
      findAccount: (_context, id) => {
        const name = id.replace(/^id-of-/, "");
        const known = groups[name];
        return (
          known && {
            accountId: id,
            claims: () => ({ sub: id, preferred_username: name, groups: [...known] }),
          }
        );
      },
      loadExistingGrant: async ({ oidc }) => {
        const grant = new provider.Grant({
          accountId: oidc.session?.accountId ?? "",
          clientId: AUDIENCE,
        });
        grant.addOIDCScope("openid profile");
        await grant.save();
        return grant;
      },
      interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    });
    return provider;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    if (!this.up) {
      this.cutOff += 1;
      request.socket.destroy();
      return;
    }
    this.keyRequests += request.url === "/jwks" ? 1 : 0;
    void (request.url?.startsWith("/interaction/")
      ? this.#login(request, response)
      : this.#provider.callback()(request, response));
  }

  /** Takes whom the client hints at for who they are. */
  async #login(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { params } = await this.#provider.interactionDetails(request, response);
    const accountId = `id-of-${String(params["login_hint"])}`;
    await this.#provider.interactionFinished(request, response, { login: { accountId } });
  }
}
