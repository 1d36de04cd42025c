import { defineConfig } from "vite";
import { contentSecurityPolicy, listFiles } from "./scripts/list-files.mjs";

// While working on the pages, questions go to a server that runs already: PAGES_SERVER=http://127.0.0.1:4480 npm run dev
const server = process.env.PAGES_SERVER ?? "http://127.0.0.1:4480";
// The name stays as the browser wrote it: the server compares it with the page that asks.
const doors = Object.fromEntries(["/api", "/analyze", "/search", "/healthz", "/metrics", "/openapi.json"].map((path) => [path, { target: server, changeOrigin: false }]));
const headers = { "Content-Security-Policy": contentSecurityPolicy() };

export default defineConfig({
  // Relative: the pages also work below a path of a reverse proxy.
  base: "./",
  plugins: [listFiles()],
  build: {
    assetsDir: "ui",
    // Inlined files would be `data:` addresses, and larger in every page.
    assetsInlineLimit: 0,
    target: "es2022",
    modulePreload: { polyfill: false },
    // What the licences of the parts ask for: their texts go where the parts go.
    license: { fileName: "ui/licences.md" },
    chunkSizeWarningLimit: 600,
  },
  server: { proxy: doors },
  preview: { proxy: doors, headers },
});
