/** Why an image cannot be had, by what containerd and registries say of a pull. */

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
