// Every page in light and dark, wide and narrow: no violation that axe-core finds, nothing wider than the window.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { explore } from "./explore.mjs";
import { onTheDay } from "./pages.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Name, address, and what makes it whole. */
const PAGES = [
  ["explore", (place) => explore(place), ".badge.good"],
  ["explore-record", (place) => explore(place, { q: "severity:>=error" }), ".badge.good", (page) => page.locator("[data-row]").nth(2).click()],
  ["explore-table", (place) => explore(place, { q: "* | stats count() by source, severity" }), ".rows-table td"],
  ["explore-nothing", (place) => `${place.url}/#/explore?from=2001-01-01&to=2001-01-02`, ".empty .primary"],
  ["explore-live", (place) => `${place.url}/#/explore?live=1`, ".empty"],
  ["patterns", (place) => onTheDay(place, "patterns", { from: `${place.day}T14:02:00Z`, to: `${place.day}T14:19:00Z`, vs: "same" }), ".spark"],
  ["ask", (place) => `${place.url}/#/ask?${new URLSearchParams({ q: `why did payments fail at 14:05 on ${place.day}?` })}`, ".evidence .spark"],
  ["ask-nothing-yet", (place) => `${place.url}/#/ask`, ".ways"],
  ["sources", (place) => `${place.url}/#/sources`, ".account-sum"],
  ["privacy", (place) => onTheDay(place, "privacy"), ".tabs"],
  ["help", (place) => explore(place), ".badge.good", (page) => page.keyboard.press("?")],
];

const SCREENS = [
  { name: "light", colorScheme: "light", viewport: { width: 1440, height: 900 } },
  { name: "dark", colorScheme: "dark", viewport: { width: 1440, height: 900 } },
  { name: "narrow", colorScheme: "light", viewport: { width: 390, height: 844 } },
];

export const journeys = {};

/** Keeps a picture, and holds the page against the rules. */
export async function look(page, name) {
  await page.waitForTimeout(400);
  const pictures = process.env.PICTURES;
  if (pictures) {
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name}.png`) });
  }
  const [wide, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= window, `${wide} pixels in a window of ${window}`);
  // Evaluated by the browser's debugger, which the pages' policy does not bind.
  await page.evaluate(axe);
  const { violations } = await page.evaluate((tags) => window.axe.run({ runOnly: tags }), WCAG);
  const places = (nodes) => nodes.slice(0, 3).map(({ html, failureSummary }) => `    ${html.slice(0, 200)}\n    ${failureSummary}`);
  assert.deepEqual(violations.map(({ id, help, nodes }) => `${id}: ${help}\n${places(nodes).join("\n")}`), []);
}

for (const { name: screen, ...options } of SCREENS) {
  for (const [name, address, whole, then] of PAGES) {
    const visit = async (page, place) => {
      await page.goto(address(place));
      await page.locator(whole).first().waitFor();
      await then?.(page);
      await look(page, `${name}-${screen}`);
    };
    journeys[`${name}, ${screen}`] = Object.assign(visit, { options });
  }
}
