import * as pulumi from "@pulumi/pulumi";

/** A text that nobody knows before an update. */
export function unknownText(): pulumi.Output<string> {
  return pulumi.output(pulumi.unknown as unknown as string);
}
