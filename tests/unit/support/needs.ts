/** What a stack with a Kind cluster asks of the machine. */
import type { Needs } from "../../../cli/preflight/facts";

export const needs: Needs = {
  stack: "dev",
  config: [],
  docker: true,
  cluster: {
    name: "soc-demo",
    nodeImage: "kindest/node:v1.37.2",
    ports: { httpPort: 8080, httpsPort: 8443 },
    identityFile: "no/such/identity",
  },
  locks: "no/such/folder",
};
