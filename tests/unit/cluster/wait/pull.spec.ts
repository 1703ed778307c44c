import * as assert from "node:assert/strict";
import { refusedPull } from "../../../../cluster/wait/pull";

const IMAGE = "registry.example.com/soc/denied-timeout:not-found-503";
const NAME = IMAGE.slice(0, IMAGE.lastIndexOf(":"));
const pull = `failed to pull and unpack image "${IMAGE}": failed to resolve reference "${IMAGE}":`;

describe("refusedPull", () => {
  const certain: readonly (readonly [string, RegExp])[] = [
    [`rpc error: code = NotFound desc = ${pull} ${IMAGE}: not found`, /does not have it/],
    [`${pull} unexpected status code: manifest unknown`, /does not have it/],
    [
      `${pull} pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
      /does not let the nodes have it/,
    ],
    [`${pull} failed to authorize: 401 Unauthorized`, /does not let the nodes have it/],
    [`${pull} 403 Forbidden`, /does not let the nodes have it/],
    [`${pull} no match for platform in manifest: not found`, /not made for the node's platform/],
  ];
  for (const [message, why] of certain) {
    it(`is certain of: ${message.slice(-60)}`, () =>
      assert.match(refusedPull(IMAGE, message)?.why ?? "", why));
  }

  const passing = [
    `${pull} unexpected status from HEAD request to https://${NAME}/manifests/x: 429 Too Many Requests`,
    `${pull} failed to fetch anonymous token: unexpected status from GET request: 503 Service Unavailable`,
    `${pull} 500 Internal Server Error`,
    `${pull} dial tcp: lookup registry.example.com: no such host`,
    `${pull} dial tcp 192.0.2.1:443: i/o timeout`,
    `${pull} dial tcp 192.0.2.1:443: connect: connection refused`,
    `${pull} net/http: TLS handshake timeout`,
    `${pull} context deadline exceeded`,
    `${pull} unexpected EOF`,
    // A registry that is busy also says what it does not let have.
    `${pull} toomanyrequests: access denied, you have reached your pull rate limit`,
    // Nothing but the image's own name.
    `Back-off pulling image "${IMAGE}"`,
  ];
  for (const message of passing) {
    it(`is not certain of: ${message.slice(-60)}`, () =>
      assert.equal(refusedPull(IMAGE, message), undefined));
  }
});
