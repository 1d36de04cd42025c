import assert from "node:assert/strict";
import { send } from "./house.mjs";

/** The address of a page on the demo's day. */
export const onTheDay = ({ url, day }, page, params = {}) => {
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString();
  return `${url}/#/${page}?${new URLSearchParams({ from: `${day}T00:00:00Z`, to: next, ...params })}`;
};

const numbers = (texts) => texts.map((text) => Number(text.replaceAll(",", "")));

export const journeys = {
  async "patterns account for all records, and lead to theirs"(page, place) {
    await page.goto(onTheDay(place, "patterns", { vs: "none" }));
    await page.locator(".spark").first().waitFor();
    const more = page.getByRole("button", { name: /Show more/ });
    while (await more.isVisible()) await more.click();
    const counts = numbers(await page.locator("table.patterns td.number").allTextContents());
    assert.equal(counts.reduce((a, b) => a + b, 0), 20_000);
    // Merged or not: the records behind a row are as many as the row says.
    const merged = page.locator("tr", { hasText: "answered" }).first();
    const wanted = numbers([await merged.locator("td.number").textContent()])[0];
    await merged.locator("a.pattern").click();
    await page.locator(".badge.good").waitFor();
    assert.equal(numbers([await page.locator(".status b").textContent()])[0], wanted);
  },

  async "an incident shows as new and more patterns beside the time before"(page, place) {
    const params = { from: `${place.day}T14:02:00Z`, to: `${place.day}T14:19:00Z`, vs: "same" };
    await page.goto(onTheDay(place, "patterns", params));
    await page.getByRole("button", { name: /^New/ }).click();
    await page.locator("a.pattern", { hasText: "could not get a connection from pool" }).waitFor();
    assert.ok((await page.locator("table.patterns .badge.new").count()) > 0);
    await page.getByRole("combobox", { name: "Severity" }).selectOption("error");
    await page.getByRole("checkbox", { name: "By source" }).check();
    await page.locator("tr.group", { hasText: "ledger-service" }).waitFor();
  },

  async "sources account for everything, quarantine included"(page, place) {
    await send(place.server, "broken-sender", [{ message: "fine" }]);
    const headers = { "Content-Type": "application/x-ndjson" };
    const body = '{"message": "cut off\n[1, 2]\n';
    await fetch(`${place.server}/api/v1/ingest?source=broken-sender&format=json`, { method: "POST", headers, body });
    await page.goto(`${place.url}/#/sources`);
    await page.locator(".badge.good", { hasText: "nothing is missing" }).waitFor();
    const [received, stored, quarantined, duplicates] = numbers(await page.locator(".account-sum dd").allTextContents());
    assert.equal(received, stored + quarantined + duplicates);
    assert.equal(quarantined, 2);
    await page.locator("td", { hasText: "invalid_json" }).first().waitFor();
    await page.getByText("each record has to be a JSON object").waitFor();
    const more = page.getByRole("button", { name: /Show all/ });
    if (await more.isVisible()) await more.click();
    const all = numbers(await page.getByRole("region", { name: "Sources" }).locator("tbody td:nth-child(3)").allTextContents());
    assert.equal(all.reduce((a, b) => a + b, 0), received);
    await page.getByRole("button", { name: "Vector" }).click();
    assert.match(await page.locator("pre.paste").textContent(), new RegExp(`uri = "${place.url}/api/v1/ingest"`));
  },

  async "what was found leads to its records, which say why they are masked"(page, place) {
    await page.goto(onTheDay(place, "privacy"));
    const line = page.locator(".bars a.line", { hasText: "PASSWORD" });
    const wanted = numbers([await line.locator(".n").textContent()])[0];
    await line.click();
    await page.locator(".badge.good").waitFor();
    assert.equal(numbers([await page.locator(".status b").textContent()])[0], wanted);
    await page.locator("[data-row]").first().click();
    await page.locator(".account", { hasText: "masked" }).waitFor();
  },

  "a policy is tried, refused with the place, and put in force": Object.assign(
    async (page, place) => {
      await page.goto(onTheDay(place, "privacy"));
      const text = page.getByRole("textbox", { name: "Policy, as TOML" });
      await text.fill('[actions]\nip = "maask"\n');
      await page.getByRole("button", { name: "Try on stored records" }).click();
      await page.getByText(/Line 2, column/).waitFor();
      await text.fill('version = "tried"\n[actions]\nip = "mask"\n');
      assert.ok(await page.getByRole("button", { name: /Put in force/ }).isDisabled(), "what was not tried is not put in force");
      await page.getByRole("button", { name: "Try on stored records" }).click();
      await page.getByText(/Of [\d,]+ records/).waitFor();
      await page.getByRole("button", { name: /Put in force/ }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Put in force" }).click();
      await page.locator("code", { hasText: /^tried/ }).waitFor();
    },
    { expected: /422/ },
  ),

  async "a question is answered, and its citations open records"(page, place) {
    await page.goto(`${place.url}/#/ask`);
    await page.getByRole("searchbox", { name: "Question" }).fill(`why did payments fail at 14:05 on ${place.day}?`);
    await page.keyboard.press("Enter");
    await page.locator(".cause", { hasText: "ledger-service (connections or workers exhausted)" }).waitFor();
    await page.getByRole("region", { name: "What differs" }).locator(".spark").first().waitFor();
    assert.ok((await page.locator(".timeline li").count()) >= 3);
    const cited = await page.locator(".cited li code").first().textContent();
    await page.getByRole("button", { name: "This answer helps" }).click();
    await page.getByText("kept as a record").waitFor();
    await page.locator(".cause .citation").first().click();
    await page.getByRole("heading", { level: 1, name: "Explore" }).waitFor({ state: "attached" });
    await page.locator("aside", { hasText: cited.slice(0, 60) }).waitFor();
  },

  async "a question about nothing says what is missing"(page, place) {
    await page.goto(`${place.url}/#/ask?${new URLSearchParams({ q: "why did it fail on 2001-01-01 at 3 PM?" })}`);
    await page.getByText("No record is stored from 2001-01-01").waitFor();
    assert.equal(await page.locator(".citation").count(), 0);
  },

  async "a text is explained"(page, place) {
    await page.goto(onTheDay(place, "privacy"));
    await page.getByRole("textbox", { name: "Text to look at" }).fill("é mail to ann@example.com <b>");
    await page.keyboard.press("Enter");
    await page.locator(".found-in").waitFor();
    assert.equal(await page.locator(".found-in").textContent(), "ann@example.com");
  },

  async "keys open the pages, and no link leads nowhere"(page, place) {
    await page.goto(onTheDay(place, "explore"));
    await page.locator("[data-row]").first().waitFor();
    for (const [key, name] of [["2", "Patterns"], ["3", "Ask"], ["4", "Sources"], ["5", "Privacy"]]) {
      await page.keyboard.press(key);
      await page.getByRole("heading", { level: 1, name }).waitFor();
    }
    const links = await page.locator("a[href^='#/']").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
    for (const link of new Set(links)) {
      await page.goto(`${place.url}/${link}`);
      await page.locator("main h1").waitFor();
    }
  },
};
