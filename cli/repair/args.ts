import type { KindSettings, StackConfig } from "../../config/settings";
import type { StackFiles } from "../../machine/files";
import type { KindClusterState } from "../../machine/kindCluster";
import type { State } from "../stackState";

/** What is to be looked over. */
export interface RepairArgs {
  readonly config: StackConfig & { readonly cluster: KindSettings };
  readonly files: StackFiles;
  /** Namespace of the application. */
  readonly namespace: string;
  readonly found: KindClusterState;
  /** Environment with the tools on PATH. */
  readonly env: NodeJS.ProcessEnv;
  /** Folder of the project. */
  readonly root: string;
  /** What Pulumi believes to be there. */
  readonly state: State;
  /** Tells the user what is mended. */
  readonly say: (what: string) => void;
}
