import assert from "node:assert/strict";
import { firstAlertCommand, signInHref } from "../src/lib/links";
import { parseSession } from "../src/lib/messages";

describe("what the backend tells of who is signed in", () => {
  it("is read, without roles that the page does not know", () => {
    const session = { login: true, name: "jane", roles: ["analyst", "admin"], expires_at: null };
    assert.deepEqual(parseSession(session), { login: true, name: "jane", roles: ["analyst"] });
  });

  it("gives nobody a role by what is no list, and no name by what is no text", () => {
    const odd = { login: true, name: {}, roles: "analyst" };
    assert.deepEqual(parseSession(odd), { login: true, name: null, roles: [] });
  });

  it("is nothing where it does not say whether there is a login", () => {
    for (const answer of ["<!doctype html>", null, {}, { login: "true", roles: ["analyst"] }]) {
      assert.equal(parseSession(answer), undefined);
    }
  });
});

describe("the way to sign in", () => {
  it("leads back to the very view", () => {
    const search = "?q=a%26b&threat=x%2F1";
    assert.equal(
      signInHref({ pathname: "/", search }),
      "/oauth2/start?rd=%2F%3Fq%3Da%2526b%26threat%3Dx%252F1",
    );
  });

  it("is a token for the command that sends a first alert, which is asked for by name", () => {
    const command = (login: boolean) => firstAlertCommand("https://soc.example.com", login);
    assert.match(command(true), /ingest -H "Authorization: Bearer \$TOKEN" -H 'Content-Type/);
    assert.doesNotMatch(command(false), /Authorization/);
  });
});
