import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The backend that `npm run dev` talks to. */
const BACKEND = "http://localhost:8000";

/** Which paths are the backend's, and which are nobody's, as the image's nginx has it (nginx/soc-agent.conf). */
const proxy = {
  // Patterns, since a plain path would be taken for the beginning of one. Here they also see the query.
  "^/(?:api/|(?:health|ready)(?:\\?|$))": { target: BACKEND },
  "^/ws(?:\\?|$)": { target: BACKEND, ws: true },
  // For operators, at the backend's own port: here as there 404.
  "^/(?:(?:metrics|redoc|openapi\\.json)(?:\\?|$)|docs(?:[/?]|$))": {
    target: BACKEND,
    bypass: () => false as const,
  },
};

export default defineConfig({
  plugins: [react()],
  server: { port: 3000, proxy },
  preview: { port: 3000, proxy },
});
