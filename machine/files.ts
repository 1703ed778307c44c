/** Where a stack keeps what belongs to it on this machine. */
import * as path from "node:path";

/** Files that belong to one stack on one machine. All are ignored by Git. */
export interface StackFiles {
  /** Kubeconfig of the stack's Kind cluster. */
  readonly kubeconfig: string;
  /** The identity that the stack last gave to a cluster. */
  readonly identity: string;
  /** Number of the process that makes the cluster, or that made it last. */
  readonly maker: string;
}

/** Paths of a stack's files, relative to the project. */
export function stackFiles(stack: string): StackFiles {
  const file = path.posix.join(".kube", stack);
  return {
    kubeconfig: `${file}.yaml`,
    identity: `${file}.identity`,
    maker: `${file}.pid`,
  };
}
