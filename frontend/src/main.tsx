import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { applyTheme } from "./hooks/useTheme";
import "./styles/index.css";

const root = document.getElementById("root");
if (!root) {
  throw new Error("index.html lacks the element #root");
}
applyTheme();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
