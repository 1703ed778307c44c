/** What images are called, by the parts that charts' values have of a name. */

/** An image, as a chart's values have it. */
export interface ChartImage {
  readonly registry?: string;
  readonly repository?: string;
  /** May carry a digest. */
  readonly tag?: string;
  /** Counts before that of the tag. */
  readonly digest?: string;
}

/** An image's reference. @param mirror registry that it comes from instead of its own */
export function imageName(
  { registry, repository, tag, digest }: ChartImage,
  mirror?: string,
): string {
  const name = [mirror || registry, repository].filter(Boolean).join("/");
  const tagged = tag ? `${name}:${tag}` : name;
  return digest ? `${tagged.replace(/@.*$/, "")}@${digest}` : tagged;
}
