import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { send } from "./house.mjs";

/** The address of Explore on the demo's day. */
export const explore = ({ url, day }, params = {}) => {
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString();
  return `${url}/#/explore?${new URLSearchParams({ from: `${day}T00:00:00Z`, to: next, ...params })}`;
};

const rows = (page) => page.locator("[data-row]");
const queryBox = (page) => page.getByRole("textbox", { name: "Query" });
const total = async (page) => Number((await page.locator(".status b").first().textContent()).replaceAll(",", ""));
const param = (page, name) => new URLSearchParams(new URL(page.url()).hash.split("?")[1]).get(name);

/** Waits until something is offered, and for as long as the editor wants it to be seen before a key takes it. */
async function offered(page, text) {
  await page.locator(".cm-tooltip-autocomplete li", { hasText: text }).first().waitFor();
  await page.waitForTimeout(150);
}

async function found(page) {
  await page.locator(".results[aria-busy=false]").waitFor();
  await rows(page).first().waitFor();
  await page.locator(".badge.good").waitFor();
}

export const journeys = {
  async "the whole day is counted, and said to be complete"(page, place) {
    await page.goto(explore(place));
    await found(page);
    assert.equal(await total(page), 20_000);
    assert.match(await page.title(), /^Explore/);
  },

  async "scrolling reads on, and to the end of 3,000 records every one is there"(page, place) {
    await page.goto(explore(place, { q: "source:auth-service" }));
    await found(page);
    const all = await total(page);
    const box = page.locator(".rows");
    for (let seen = 0; seen < all; ) {
      await box.evaluate((node) => (node.scrollTop = node.scrollHeight));
      await page.waitForTimeout(50);
      seen = Number(await page.locator("[role=grid]").getAttribute("aria-rowcount")) - 1;
    }
    const last = page.locator(`[data-row="${all - 1}"]`);
    await box.evaluate((node) => (node.scrollTop = node.scrollHeight));
    await last.waitFor();
    assert.ok((await rows(page).count()) < 120, "only what is seen is drawn");
  },

  async "a query is written with the keyboard alone, and completed"(page, place) {
    await page.goto(explore(place));
    await found(page);
    await page.keyboard.press("/");
    await page.keyboard.type("sever");
    await offered(page, "severity");
    await page.keyboard.press("Tab");
    assert.match(await queryBox(page).textContent(), /^severity:$/);
    await page.keyboard.type(">=err");
    await offered(page, "error");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.keyboard.type(" source:");
    await offered(page, "ledger-service");
    await page.keyboard.type("ledger");
    await offered(page, "ledger-service");
    await page.keyboard.press("Tab");
    // Nothing was run so far; Enter does.
    assert.equal(param(page, "q"), null);
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => location.hash.includes("q="));
    assert.equal(param(page, "q"), "severity:>=error source:ledger-service");
    await found(page);
    assert.ok((await total(page)) > 0);
    assert.deepEqual(await page.locator(".row .c-severity").allTextContents().then((all) => [...new Set(all)]), ["ERROR"]);
  },

  "a wrong query is marked at its place, with a hint": Object.assign(
    async (page, place) => {
      await page.goto(explore(place, { q: "* | stast count()" }));
      await page.locator(".query-bar p.wrong").waitFor();
      assert.match(await page.locator(".query-bar p.wrong").textContent(), /stats/);
      assert.equal(await page.locator(".t-wrong").textContent(), "stast");
      assert.equal(await queryBox(page).getAttribute("aria-invalid"), "true");
      await page.goto(explore(place, { q: 'ä "open' }));
      await page.waitForFunction(() => document.querySelector(".query-editor").shadowRoot.querySelector(".t-wrong")?.textContent === '"open');
    },
    { expected: /400/ },
  ),

  async "j, k and Enter move and open; the open record stands in the address"(page, place) {
    await page.goto(explore(place));
    await found(page);
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    await page.keyboard.press("Enter");
    const detail = page.locator("aside.detail");
    await detail.waitFor();
    const message = await detail.locator("pre").first().textContent();
    assert.equal(await page.locator(".row.opened .c-message").textContent(), message);
    const address = page.url();
    assert.ok(param(page, "id"));
    await page.keyboard.press("Escape");
    await detail.waitFor({ state: "detached" });
    await page.goto("about:blank");
    await page.goto(address);
    await detail.waitFor();
    assert.equal(await detail.locator("pre").first().textContent(), message);
    // From page to page, the time goes along; Back opens what was open.
    await page.keyboard.press("2");
    await page.locator(".spark").first().waitFor();
    assert.equal(param(page, "from"), `${place.day}T00:00:00Z`);
    await page.goBack();
    await detail.waitFor();
  },

  async "facets, fields and context lead on"(page, place) {
    await page.goto(explore(place));
    await found(page);
    const before = await total(page);
    await page.locator(".facets .pick", { hasText: "ERROR" }).click();
    await page.waitForFunction((before) => document.querySelector(".status b")?.textContent !== before, before.toLocaleString("en-US"));
    assert.equal(param(page, "q"), "severity:=ERROR");
    await found(page);
    assert.ok((await total(page)) < before);
    await rows(page).nth(1).click();
    await page.getByRole("tab", { name: "Around it" }).click();
    await page.locator(".around .this").waitFor();
    assert.ok((await page.locator(".around li").count()) > 10);
    await page.getByRole("tab", { name: "Fields" }).click();
    await page.getByRole("button", { name: "Without source like this" }).click();
    assert.match(param(page, "q"), /^severity:=ERROR -source:=/);
    await page.goBack();
    await page.waitForFunction(() => !location.hash.includes("source"));
  },

  async "dragging over the histogram zooms in, z zooms out"(page, place) {
    await page.goto(explore(place));
    await found(page);
    const box = await page.locator(".u-over").boundingBox();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.75, box.y + 30, { steps: 5 });
    await page.mouse.up();
    await page.waitForFunction((day) => !location.hash.includes(encodeURIComponent(`${day}T00:00:00Z`)), place.day);
    const hours = (Date.parse(param(page, "to")) - Date.parse(param(page, "from"))) / 3_600_000;
    assert.ok(Math.abs(hours - 6) < 0.3, String(hours));
    const narrow = encodeURIComponent(param(page, "from"));
    await page.keyboard.press("z");
    await page.waitForFunction((from) => !location.hash.includes(from), narrow);
    const wide = (Date.parse(param(page, "to")) - Date.parse(param(page, "from"))) / 3_600_000;
    assert.ok(Math.abs(wide - 2 * hours) < 0.1, String(wide));
  },

  async "pipes make a table, whose values lead back to records"(page, place) {
    await page.goto(explore(place, { q: "severity:>=error | stats count() as errors by source | sort -errors" }));
    await page.locator(".rows-table tbody tr").first().waitFor();
    assert.deepEqual(await page.locator(".rows-table th").allTextContents(), ["source", "errors"]);
    await page.locator(".rows-table button").first().click();
    await found(page);
    assert.match(param(page, "q"), /^severity:>=error source:=/);
  },

  async "columns, wrapping and zone are kept in the address and the browser"(page, place) {
    await page.goto(explore(place, { cols: "timestamp,host,message", wrap: "1" }));
    await found(page);
    assert.deepEqual(await page.getByRole("columnheader").allTextContents(), ["timestamp", "host", "message"]);
    await page.locator("summary[title=Columns]").click();
    await page.getByRole("checkbox", { name: "trace_id" }).check();
    assert.equal(param(page, "cols"), "timestamp,host,trace_id,message");
    await page.keyboard.press("Escape");
    await page.keyboard.press("w");
    assert.equal(param(page, "wrap"), null);
  },

  async "what was found is exported whole"(page, place) {
    await page.goto(explore(place, { q: "severity:>=error" }));
    await found(page);
    const all = await total(page);
    await page.locator("summary[title=Export]").click();
    for (const [button, ending] of [[/NDJSON/, ".ndjson"], [/CSV/, ".csv"]]) {
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: button }).click()]);
      assert.ok(download.suggestedFilename().endsWith(ending));
      const text = await readFile(await download.path(), "utf8");
      const lines = text.trimEnd().split(ending === ".csv" ? "\r\n" : "\n");
      assert.equal(lines.length, all + (ending === ".csv" ? 1 : 0));
      if (ending === ".ndjson") assert.ok(lines.every((line) => JSON.parse(line).record_id));
    }
  },

  async "a search is saved and found again"(page, place) {
    await page.goto(explore(place, { q: "error_code:*" }));
    await found(page);
    await page.locator("summary[title='Saved searches']").click();
    await page.getByRole("textbox", { name: "Name of this search" }).fill("failures");
    await page.getByRole("button", { name: "Save" }).click();
    await page.goto(explore(place));
    await page.reload();
    await found(page);
    await page.locator("summary[title='Saved searches']").click();
    await page.getByRole("link", { name: "failures" }).click();
    await page.waitForFunction(() => location.hash.includes("error_code"));
    await found(page);
  },

  async "new records appear by themselves, wait while paused, and a filter holds"(page, place) {
    await page.goto(`${place.url}/#/explore?live=1&q=wanted`);
    await page.getByText("Waiting for records").waitFor();
    await send(place.server, "live", [{ message: "wanted one" }, { message: "other" }]);
    await page.locator(".row", { hasText: "wanted one" }).waitFor();
    await page.keyboard.press("p");
    await send(place.server, "live", [{ message: "wanted two" }]);
    await page.getByText("1 new").waitFor();
    assert.equal(await rows(page).count(), 1);
    await page.keyboard.press("p");
    await page.locator(".row", { hasText: "wanted two" }).waitFor();
    assert.equal(await rows(page).count(), 2);
  },

  async "nothing found says where there is something"(page, place) {
    await page.goto(`${place.url}/#/explore?from=2001-01-01&to=2001-01-02`);
    await page.getByRole("heading", { name: "No records in this time" }).waitFor();
    await page.getByRole("button", { name: "Show the latest day" }).click();
    await found(page);
    await page.goto(explore(place, { q: "nosuchwordanywhere" }));
    await page.getByRole("heading", { name: "Nothing matches" }).waitFor();
  },

  async "hostile records are shown as text, and the page stays quick"(page, place) {
    const huge = `huge ${"0123456789".repeat(90_000)}`;
    const records = [
      { message: 'hostile <img src=x onerror="window.hit=1"><script>window.hit=1</script>', "<b>name</b>": "<i>v</i>" },
      { message: "hostile \u001b[31mred\u001b[0m and \u202eright to left\u202c", host: "\u202eevil" },
      { message: "hostile שלום عالم" },
      { message: huge },
    ];
    for (const record of records) await send(place.server, "hostile", [record]);
    await page.goto(`${place.url}/#/explore?q=${encodeURIComponent("source:=hostile")}&from=now-1h`);
    await page.waitForFunction(() => document.querySelectorAll("[data-row]").length === 4);
    assert.ok((await page.locator(".row", { hasText: "huge" }).locator(".c-message").textContent()).length < 700);
    const ansi = await page.locator(".row", { hasText: "red" }).locator(".c-message").textContent();
    assert.ok(ansi.includes("\u241b[31mred") && ansi.includes("\u27e8U+202E\u27e9"), ansi);
    for (const row of await rows(page).all()) {
      await row.click();
      await page.locator("aside.detail table.fields tr").first().waitFor();
      await page.getByRole("tab", { name: "JSON" }).click();
      await page.getByRole("tab", { name: "Fields" }).click();
    }
    await page.locator(".row", { hasText: "huge" }).click();
    await page.getByRole("button", { name: /Show more/ }).waitFor();
    assert.ok((await page.locator("aside.detail pre").first().textContent()).length <= 20_000);
    assert.equal(await page.evaluate(() => window.hit), undefined);
    assert.equal(await page.locator(".page img, .page script, .page i[onerror]").count(), 0);
  },
};
