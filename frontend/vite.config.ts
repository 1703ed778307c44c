import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The backend that `npm run dev` talks to; nginx does this work in the image. */
const BACKEND = "http://localhost:8000";

const proxy = {
  "/api": { target: BACKEND },
  "/ws": { target: BACKEND, ws: true },
  "/health": { target: BACKEND },
  "/ready": { target: BACKEND },
  "/metrics": { target: BACKEND },
  "/docs": { target: BACKEND },
  "/redoc": { target: BACKEND },
  "/openapi.json": { target: BACKEND },
};

export default defineConfig({
  plugins: [react()],
  server: { port: 3000, proxy },
  preview: { port: 3000, proxy },
});
