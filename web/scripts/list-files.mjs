// What the server is told about the built pages: `dist/files.rs`, the list it embeds them by, and the policy that the
// browser holds them to, which is read from the server's own source so that there is one of it.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const MEDIA_TYPES = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  md: "text/plain; charset=utf-8",
  svg: "image/svg+xml",
};

/** The Content-Security-Policy under which the server serves the pages. */
export function contentSecurityPolicy() {
  const source = readFileSync(fileURLToPath(new URL("../../crates/server/src/pages.rs", import.meta.url)), "utf8");
  const [, list] = /const CONTENT_SECURITY_POLICY: &str = "((?:[^"\\]|\\\s+)*)"/.exec(source);
  return list.replace(/\\\s+/g, "");
}

/** Vite plugin: writes `files.rs` beside the built pages. */
export function listFiles() {
  let folder;
  return {
    name: "dendro-list-files",
    apply: "build",
    configResolved: (config) => void (folder = resolve(config.root, config.build.outDir)),
    closeBundle: () => writeFileSync(join(folder, "files.rs"), list(folder)),
  };
}

function list(folder) {
  const names = ["index.html", ...readdirSync(join(folder, "ui")).sort().map((name) => `ui/${name}`)];
  const lines = names.map((name) => {
    const media = MEDIA_TYPES[name.split(".").pop()];
    if (!media) throw new Error(`${name}: no media type is known for it`);
    return `    File { path: "/${name}", media_type: "${media}", bytes: include_bytes!("${name}") },\n`;
  });
  return `// Written by \`npm run build\`: the built pages, for the server to embed.\n[\n${lines.join("")}]\n`;
}
