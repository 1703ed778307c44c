import { createReadStream } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { openApi } from "./openapi.js";
import { VERSION } from "./health.js";
import type { Routes } from "./route.js";

/** Nothing from anywhere else; the styles that Swagger UI puts into its elements are its own. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>SOC Agent System: API</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="docs/swagger-ui.css" />
  </head>
  <body>
    <div id="api"></div>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
`;
const START = `SwaggerUIBundle({ url: "openapi.json", dom_id: "#api", validatorUrl: null });\n`;

const FILES: Readonly<Record<string, string>> = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
};

/** The description says what there is to attack. */
const READERS = ["reader"] as const;

/**
 * `/openapi.json` and a page that shows it, with all that it needs. Not part of what they describe.
 *
 * @param login whether people have to sign in
 */
export function docsRoutes(routes: Routes, login: boolean): void {
  const description = openApi(VERSION, routes.all, login);
  // Found beside the program in an image, and among the packages during development.
  const { resolve } = createRequire(join(import.meta.dirname, "docs.js"));

  routes.addPage("/openapi.json", READERS, async () => description);
  routes.addPage("/docs", READERS, async (request, reply) => {
    // The page's own links start from where it is, so that it also works below another path.
    if (request.url.split("?", 1)[0]?.endsWith("/") === true) {
      return reply.redirect("../docs");
    }
    return reply
      .type("text/html; charset=utf-8")
      .header("content-security-policy", POLICY)
      .header("x-content-type-options", "nosniff")
      .header("referrer-policy", "no-referrer")
      .send(PAGE);
  });
  routes.addPage("/docs/start.js", READERS, async (_request, reply) =>
    reply.type("text/javascript; charset=utf-8").send(START),
  );
  for (const [name, type] of Object.entries(FILES)) {
    routes.addPage(`/docs/${name}`, READERS, async (_request, reply) =>
      reply.type(type).send(createReadStream(resolve(`swagger-ui-dist/${name}`))),
    );
  }
  routes.addPage("/redoc", READERS, async (_request, reply) => reply.redirect("/docs"));
}
