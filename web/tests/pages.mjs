import assert from "node:assert/strict";

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
};
