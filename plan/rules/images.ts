/** Rules on images. */
import { objectName } from "../objects";
import { containersOf, workloads } from "../pods";
import type { Rule } from "./rule";

const DIGEST = /@sha256:[0-9a-f]{64}$/;

/** A tag made from the sources that the image is built from (plan/imageRefs.ts). */
const CONTENT_TAG = /:sha-[0-9a-f]{12}$/;

export const imageFixed: Rule = {
  id: "image-fixed",
  title:
    "an image has a tag of its own; where the stack did not make the cluster, a digest or a content tag",
  why: "what runs could change without a change in this project, differently on each node",
  fix: "Name the image by digest: repository:tag@sha256:...",
  severity: "error",
  broken: ({ cluster, objects }) =>
    workloads(objects).flatMap(({ object, spec }) =>
      containersOf(spec)
        .map(({ image = "" }) => image)
        .filter((image) => !(cluster.kind === "existing" ? isExact(image) : isTagged(image)))
        .map((image) => ({ at: objectName(object), what: `runs ${image}` })),
    ),
};

function isExact(image: string): boolean {
  return DIGEST.test(image) || CONTENT_TAG.test(image);
}

function isTagged(image: string): boolean {
  return image.includes("@") || /:(?!latest$)[^/:]+$/.test(image);
}
