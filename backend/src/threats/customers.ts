export type Industry =
  "crypto" | "retail" | "finance" | "health" | "saas" | "media" | "travel" | "education";

/** What is configured for a customer. */
export interface CustomerProfile {
  readonly name: string;
  readonly industry: Industry | null;
  /** Requests per minute from one address that are still allowed. */
  readonly rateLimitRpm: number;
  /** ISO country codes that may sign in; null allows all. */
  readonly allowedCountries: readonly string[] | null;
  readonly botSensitivity: "low" | "medium" | "high";
}

/** The customers that signals are generated for. */
export const CUSTOMERS: readonly CustomerProfile[] = [
  customer("CryptoExchange Pro", "crypto", 600, null, "medium"),
  customer("RetailMax", "retail", 300, null, "low"),
  customer("Global Finance", "finance", 200, ["US", "GB", "DE"], "high"),
  customer("HealthCare Plus", "health", 120, ["US"], "high"),
  customer("CloudWorks", "saas", 400, null, "medium"),
  customer("MediaStream", "media", 1000, null, "low"),
  customer("TravelNow", "travel", 500, null, "medium"),
  customer("EduLearn", "education", 150, ["US", "CA", "GB"], "medium"),
];

/** The profile of a customer; one that is not known gets cautious defaults. */
export function customerProfile(name: string): CustomerProfile {
  return (
    CUSTOMERS.find((known) => known.name === name) ?? {
      name,
      industry: null,
      rateLimitRpm: 100,
      allowedCountries: null,
      botSensitivity: "medium",
    }
  );
}

function customer(
  name: string,
  industry: Industry,
  rateLimitRpm: number,
  allowedCountries: readonly string[] | null,
  botSensitivity: CustomerProfile["botSensitivity"],
): CustomerProfile {
  return { name, industry, rateLimitRpm, allowedCountries, botSensitivity };
}
