import * as assert from "node:assert/strict";
import { renewCertificate } from "../../../../cli/repair/controlPlaneAddress";
import { Scratch } from "../../support/fakes";

/** For 172.18.0.2 and 127.0.0.1. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBnzCCAUagAwIBAgIUYJvF6GtL5LmNSqgrdLsEzo6AmaMwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOa3ViZS1hcGlzZXJ2ZXIwIBcNMjYxMTI2MDUxMTIwWhgPMjEy
NjExMDIwNTExMjBaMBkxFzAVBgNVBAMMDmt1YmUtYXBpc2VydmVyMFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEAcOKaglwsDZx3G0i7YsacHYNKlSBhe42N4KPlMDS
A314cUswY3cLrn8voWxhdm74u2kJg/I0kN59mTj4gQ6/uqNqMGgwHQYDVR0OBBYE
FP6SYIG5TwQnRv/93z5RYO33J8J0MB8GA1UdIwQYMBaAFP6SYIG5TwQnRv/93z5R
YO33J8J0MA8GA1UdEwEB/wQFMAMBAf8wFQYDVR0RBA4wDIcErBIAAocEfwAAATAK
BggqhkjOPQQDAgNHADBEAiBYTmeDy167rnp7lksJmAxgoZKww/xC8mj+akUtiEzm
aAIgWZi4I4aWzr5LaRMblcHvI94NwTDY9xB5RrLzo+k5hWU=
-----END CERTIFICATE-----`;

describe("renewCertificate", () => {
  let scratch: Scratch;
  beforeEach(() => (scratch = new Scratch()));
  afterEach(() => scratch.remove());

  /** Renews it in a node of the given address. Returns what was said, and what was done in the node. */
  async function renew(address: string): Promise<{ said: string[]; done: string[] }> {
    scratch.program(
      "docker",
      `case "$1 $3" in
  inspect*) echo '${address} ' ;;
  "exec cat") echo '${CERTIFICATE}' ;;
esac`,
    );
    const said: string[] = [];
    await renewCertificate("node", scratch.env(), (what) => said.push(what));
    const done = scratch.calls.filter((call) => /^docker exec node (?!cat)/.test(call));
    return { said, done };
  }

  it("leaves one alone that is for the node's address", async () => {
    assert.deepEqual(await renew("172.18.0.2"), { said: [], done: [] });
  });

  it("renews one that is for another address, and says so", async () => {
    assert.deepEqual(await renew("172.18.0.5"), {
      said: ["Renewing the API server's certificate, as node has another address: 172.18.0.5"],
      done: [
        "docker exec node rm /etc/kubernetes/pki/apiserver.crt /etc/kubernetes/pki/apiserver.key",
        "docker exec node kubeadm init phase certs apiserver --config /kind/kubeadm.conf",
      ],
    });
  });
});
