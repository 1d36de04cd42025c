import assert from "node:assert/strict";
import { TOKEN } from "./house.mjs";
import { look } from "./looks.mjs";

export const journeys = {
  "a server with tokens asks for one, refuses a wrong one, and lets in": Object.assign(
    async (page, { url }) => {
      await page.goto(`${url}/#/explore?from=2001-01-01&to=2001-01-02`);
      await page.getByLabel("Token").fill("not-the-token-of-this-server");
      await page.keyboard.press("Enter");
      await page.getByText("does not know this token").waitFor();
      await look(page, "sign-in");
      await page.getByLabel("Token").fill(TOKEN);
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Show the latest day" }).click();
      await page.locator("[data-row]").first().waitFor();
      assert.equal(await page.evaluate(() => localStorage.length + document.cookie.length > 0 && JSON.stringify(localStorage).includes("token-for")), false);
      await page.locator("button.live").click();
      await page.getByText("Following").waitFor();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByLabel("Token").waitFor();
    },
    { expected: /401/ },
  ),
};
