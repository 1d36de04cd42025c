// Journeys through the pages in a real browser, against a real server.
//
//   npm run journeys                          all of them
//   npm run journeys -- explore               those whose name has the word
//   JOURNEY_BINARY=path JOURNEY_CHROMIUM=path   other programs than target/debug/dendro and chromium
//   PREVIEW=1                                 the pages of web/dist in front of a binary that has others
//   PICTURES=folder                           keep pictures of the pages
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { House } from "./house.mjs";
import * as empty from "./empty.mjs";
import * as explore from "./explore.mjs";
import * as looks from "./looks.mjs";
import * as models from "./models.mjs";
import * as pages from "./pages.mjs";
import * as walls from "./walls.mjs";

const target = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL("../../target", import.meta.url));
const binary = process.env.JOURNEY_BINARY ?? `${target}/debug/dendro`;
const browserPath = process.env.JOURNEY_CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const wanted = process.argv[2] ?? "";

/** All journeys on one server; those that need another kind of server bring their own flags. */
const SUITES = [
  { name: "empty", journeys: empty.journeys, flags: (house) => ["--data", house.emptyData] },
  { name: "explore", journeys: explore.journeys, flags: (house) => ["--data", house.data] },
  { name: "pages", journeys: pages.journeys, flags: (house) => ["--data", house.data] },
  { name: "model", journeys: models.narrated, flags: async (house) => ["--data", house.data, ...(await house.model("echo"))] },
  { name: "model that fails", journeys: models.silent, flags: async (house) => ["--data", house.data, ...(await house.model("500"))] },
  { name: "looks", journeys: looks.journeys, flags: (house) => ["--data", house.data] },
  { name: "walls", journeys: walls.journeys, flags: (house) => ["--data", house.data, "--token-file", house.tokenFile()] },
];

async function run() {
  const house = new House(binary);
  const browser = await chromium.launch({ executablePath: browserPath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
  let failed = 0;
  try {
    for (const suite of SUITES) failed += await runSuite(suite, house, browser);
  } finally {
    await browser.close();
    await house.end();
  }
  if (failed > 0) throw new Error(`${failed} journeys failed`);
}

async function runSuite({ name, journeys, flags }, house, browser) {
  const chosen = Object.entries(journeys).filter(([title]) => `${name}: ${title}`.includes(wanted));
  if (chosen.length === 0) return 0;
  const server = await house.start(...(await flags(house)));
  const front = process.env.PREVIEW ? await preview(server) : { url: server, close: () => {} };
  let failed = 0;
  for (const [title, journey] of chosen) {
    const complaints = [];
    const error = await travel(browser, { url: front.url, server, day: house.day, complaints }, journey).catch((error) => error);
    const why = error ?? (complaints.length > 0 ? new Error(`the browser complained: ${complaints.join("; ")}`) : undefined);
    console.log(`${why ? "FAILED" : "ok"}  ${name}: ${title}`);
    if (why) console.log(why.stack);
    failed += why ? 1 : 0;
  }
  await front.close();
  await house.stop();
  return failed;
}

async function travel(browser, place, journey) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, timezoneId: "UTC", ...journey.options });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  // Nothing else than this server may be asked, and nothing may break in silence.
  page.on("request", (request) => {
    if (!request.url().startsWith(place.url) && !/^(blob|data):/.test(request.url())) place.complaints.push(`asked ${request.url()}`);
  });
  page.on("pageerror", (error) => place.complaints.push(error.stack));
  page.on("console", (message) => {
    const expected = journey.expected?.test(message.text());
    if (message.type() === "error" && !expected) place.complaints.push(message.text());
  });
  try {
    await journey(page, place);
  } finally {
    await context.close();
  }
}

async function preview(server) {
  process.env.PAGES_SERVER = server;
  const { preview } = await import("vite");
  const front = await preview({ root: fileURLToPath(new URL("..", import.meta.url)), preview: { port: 0, host: "127.0.0.1" }, logLevel: "warn" });
  const { port } = front.httpServer.address();
  return { url: `http://127.0.0.1:${port}`, close: () => front.close() };
}

await run();
