/**
 * Namespace labels that make the API server hold every pod to a Pod Security level
 * (https://kubernetes.io/docs/concepts/security/pod-security-admission/).
 */
export function podSecurity(level: "restricted" | "privileged"): Record<string, string> {
  return Object.fromEntries(
    ["enforce", "audit", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, level]),
  );
}
