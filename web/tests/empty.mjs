import assert from "node:assert/strict";
import { send } from "./house.mjs";
import { look } from "./looks.mjs";

export const journeys = {
  async "every page of an empty store says what to do"(page, { url }) {
    await page.goto(`${url}/#/explore`);
    await page.getByRole("heading", { name: "No records yet" }).waitFor();
    await look(page, "empty-explore");
    await page.goto(`${url}/#/patterns`);
    await page.getByRole("heading", { name: "No records yet" }).waitFor();
    await page.goto(`${url}/#/sources`);
    await page.getByRole("heading", { name: "Nothing was received yet" }).waitFor();
    await page.locator("pre.paste").waitFor();
    await look(page, "empty-sources");
    await page.goto(`${url}/#/ask?q=what+broke`);
    await page.getByText("There are no records to answer from").waitFor();
    await look(page, "empty-ask");
    await page.goto(`${url}/#/privacy`);
    await page.getByText("No personal data and no secrets were found").waitFor();
    await look(page, "empty-privacy");
  },

  async "one record is a whole answer"(page, { url, server }) {
    await send(server, "one", [{ message: "the only one" }]);
    await page.goto(`${url}/#/explore`);
    await page.locator("[data-row]").first().click();
    await page.getByRole("tab", { name: "Around it" }).click();
    await page.locator(".around .this").waitFor();
    assert.equal(await page.locator(".around li").count(), 1);
    await page.goto(`${url}/#/patterns`);
    await page.locator("a.pattern", { hasText: "the only one" }).waitFor();
  },
};
