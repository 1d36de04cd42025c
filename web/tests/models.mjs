// Ask with a language model behind it.
import assert from "node:assert/strict";
import { look } from "./looks.mjs";

const ask = (page, place) => page.goto(`${place.url}/#/ask?${new URLSearchParams({ q: `why did payments fail at 14:05 on ${place.day}?` })}`);

export const narrated = {
  async "its words stand apart, with their citations, above what was counted"(page, place) {
    await ask(page, place);
    const words = page.getByRole("region", { name: "In a language model's words" });
    await words.getByText("In the words of a-model").waitFor();
    assert.ok((await words.locator(".citation").count()) >= 2);
    await words.locator("abbr.fact").first().waitFor();
    await page.locator(".cause", { hasText: "ledger-service (connections or workers exhausted)" }).waitFor();
    await words.getByText("Counted facts that it cites").click();
    await words.getByText("Most likely cause").last().waitFor();
    await look(page, "ask-narrated");
    await words.locator(".citation").first().click();
    await page.getByRole("heading", { level: 1, name: "Explore" }).waitFor({ state: "attached" });
  },
};

export const silent = {
  async "the counted answer stands, and says what is missing"(page, place) {
    await ask(page, place);
    await page.locator(".cause", { hasText: "ledger-service (connections or workers exhausted)" }).waitFor();
    await page.getByText("The language model a-model says nothing to this").waitFor();
    assert.equal(await page.getByRole("region", { name: "In a language model's words" }).count(), 0);
  },
};
