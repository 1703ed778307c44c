/** Why an image cannot be had, by what containerd and registries say of a pull. */
import { timeOf, timesOf, type Event } from "./sight";

/** What passes by itself: a registry that is busy or ill, and a network that is. */
const PASSING =
  /\b429\b|too ?many ?requests|\b50[0-4]\b|time(?:d )?-?out|deadline exceeded|no such host|server misbehaving|connection (?:refused|reset)|network is unreachable|no route to host|handshake|\bEOF\b/i;

const REFUSALS: readonly {
  readonly pattern: RegExp;
  readonly why: string;
  readonly fix: string;
}[] = [
  {
    pattern: /no match for platform|no matching manifest/i,
    why: "it is not made for the node's platform",
    fix: "Push it for that platform as well: docker buildx build --platform",
  },
  {
    pattern:
      /denied|unauthorized|authorization failed|authentication required|no basic auth|\b40[13]\b/i,
    why: "its registry does not let the nodes have it",
    fix: "Set soc-agent:registry.pull to a login that may read it, or correct the name",
  },
  {
    pattern: /not found|manifest unknown|name unknown|does not exist/i,
    why: "its registry does not have it",
    fix: "Push it, or correct its name and tag",
  },
];

/**
 * Why a pull fails for good.
 *
 * @param image its reference, whose words say nothing of the reason
 * @param message what the kubelet says
 * @returns nothing for what may pass, and for what is not known
 */
export function refusedPull(
  image: string,
  message: string,
): { readonly why: string; readonly fix: string } | undefined {
  const said = message.replaceAll(image, "").replaceAll(image.replace(/[:@].*$/, ""), "");
  return PASSING.test(said) ? undefined : REFUSALS.find(({ pattern }) => pattern.test(said));
}

/** Milliseconds from a pull's begin to its refusal. The kubelet's next try is later than that. */
const A_TRY = 10_000;

/** So often a kubelet does not say that it knows no Secret that was only made just now. */
const UNKNOWN = 6;

/**
 * Whether a pull was tried without the pod's login: a kubelet that has not heard of a new Secret yet tries all the same, says
 * so, and tries again with it (kubernetes, pkg/kubelet/kubelet_pods.go, getPullSecretsForPod).
 *
 * @param failed what is said of the pull
 * @param said all that is said of its pod, in the order of time
 */
export function withoutLogin(failed: Event, said: readonly Event[]): boolean {
  const unknown = said.findLast(({ reason }) => reason === "FailedToRetrieveImagePullSecret");
  return (
    unknown !== undefined && timesOf(unknown) < UNKNOWN && timeOf(failed) <= timeOf(unknown) + A_TRY
  );
}
