// Sources that fall silent: told above the portfolio and at the factor, since a broken feed looks like customers that left.

import assert from "node:assert/strict";
import { daysAgo, morning } from "./lib/facts.mjs";
import { sharedApp, story } from "./lib/story.mjs";

/** Logins of anybody came daily until 12 days ago; API calls still do. */
const stopped = sharedApp({}, async (api) => {
  const daily = (kind, from) => Array.from({ length: 12 }, (_, index) => ({ kind, occurredAt: morning(from + index) }));
  await api.customer({ name: "Acme" }, daily("login", 12), daily("api_call", 1));
  await api.customer({ name: "Bolt" }, daily("login", 14));
});

const words = async (locator) => (await locator.innerText()).replace(/\s+/g, " ");

story("a source that has stopped is told on the portfolio and at its factor, on the days on which it was silent", { app: stopped }, async ({ page, open }) => {
  await open("/");
  const notice = page.getByRole("main").locator(".silent-sources");
  assert.match(await words(notice), /^No login of anybody for 12 days\. Has a source stopped sending\?/);
  await notice.getByRole("link", { name: "What that means" }).click();
  await page.getByRole("heading", { name: "Sources that fall silent" }).waitFor();

  await open("/customers/1");
  const factor = (name) => page.getByRole("article").filter({ has: page.getByRole("heading", { name, level: 3 }) });
  assert.match(await words(factor("Login frequency").locator(".silent-source")), /^No login of anybody for 12 days, the last on \d+ \w+ \d{4}\. Its source may/);
  assert.equal(await page.locator(".silent-source").count(), 1, "API calls still come");

  for (const [day, told] of [[9, false], [8, true]]) {
    for (const path of [`/?as_of=${daysAgo(day)}`, `/customers/1?as_of=${daysAgo(day)}`]) {
      await open(path);
      const found = await page.getByText(`No login of anybody for ${12 - day} days`).count();
      assert.equal(found, Number(told), path);
    }
  }
});
