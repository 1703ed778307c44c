import { errors } from "jose";
import { HttpError } from "../contract/problems.js";

/** When to try again what failed for a reason that is the OIDC provider's. */
export const RETRY_SECONDS = 5;

/** What is wrong with a token, or that there is none: 401, in the words of the client's remedy. */
export function unauthorized(detail: string, sent: boolean): HttpError {
  // RFC 6750, section 3.1: no code where nothing was sent.
  const challenge = sent ? 'Bearer error="invalid_token"' : "Bearer";
  return new HttpError(401, detail, { "www-authenticate": challenge });
}

/** Nobody's token can be judged, for a reason that is the OIDC provider's: 503. */
export function providerFails(issuer: string): HttpError {
  return new HttpError(
    503,
    `The keys of the OIDC provider ${issuer} cannot be had; try again`,
    { "retry-after": String(RETRY_SECONDS) },
    "The OIDC provider does not answer as one; the log says how",
  );
}

/**
 * Why a token of an OIDC provider is not accepted.
 *
 * @param error of its verification; null where that is none of the token's
 */
export function refusalOf(error: unknown, issuer: string, audience: string): HttpError | null {
  if (error instanceof HttpError) {
    return error;
  }
  return error instanceof errors.JOSEError
    ? unauthorized(`The token ${fault(error, issuer, audience)}`, true)
    : null;
}

function fault(error: errors.JOSEError, issuer: string, audience: string): string {
  if (error instanceof errors.JWTExpired) {
    return "has expired; sign in again";
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    switch (error.claim) {
      case "iss":
        return `is of another issuer than ${issuer}; sign in there`;
      case "aud":
        return `is for another audience than ${audience}; ask its issuer for one that is for this`;
      case "nbf":
        return "is not valid yet; compare the clocks of its issuer and of this service";
      default:
        return `lacks the claim ${error.claim}, or has none that can be used; ask its issuer for one with it`;
    }
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return "is signed in a way that is not accepted; its issuer has to sign by a private key, such as RS256";
  }
  if (
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys
  ) {
    return `has no signature by a key of ${issuer}; sign in again`;
  }
  return "is neither a signed token (JWT) nor one of the machine tokens; sign in again";
}
