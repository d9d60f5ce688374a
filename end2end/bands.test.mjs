// The dashboard's sentence, ARR by band over time, and what moved.

import assert from "node:assert/strict";
import { daysAgo } from "./lib/facts.mjs";
import { expectCount, rowNames } from "./lib/list.mjs";
import { sharedApp, story } from "./lib/story.mjs";

const demo = sharedApp({ demo: true });

const chart = (page) => page.getByRole("region", { name: /by band$/ });
const days = (page) => chart(page).getByRole("group", { name: /Pick a day/ });

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with JavaScript" : "without JavaScript";

  story(`the page begins with one sentence in the figures of the API, ${how}`, { app: demo, javaScriptEnabled }, async ({ page, api, open }) => {
    await open("/");
    const words = (await page.getByRole("heading", { level: 1 }).innerText()).replace(/\s+/g, " ");
    assert.match(words, /^\$[\d.,]+[kM]? of \$[\d.,]+[kM]? ARR is not healthy, (\$[\d.,]+[kM]? (more|less) than|as much as) a month ago\.( \d+ customers? needs? you today\.)?$/);
    const { bands } = await api.get("/portfolio");
    const cents = bands[1].arrCents + bands[2].arrCents;
    const short = cents >= 1e8 ? `$${(cents / 1e8).toFixed(1)}M` : `$${Math.round(cents / 1e5)}k`;
    assert.ok(words.startsWith(short), `${short} in ${words}`);
  });

  story(`every move lists exactly those who made it, ${how}`, { app: demo, javaScriptEnabled }, async ({ page, open }) => {
    await open("/?days=180");
    const links = await chart(page).locator('a[href*="moved"]').all();
    const told = [];
    for (const link of links) {
      told.push({ href: await link.getAttribute("href"), customers: Number((await link.innerText()).match(/([\d,]+) customers?/)[1].replace(",", "")) });
    }
    assert.ok(told.length > 2, `${told.length} moves`);
    for (const { href, customers } of told) {
      await open(href);
      await expectCount(page, customers, href);
      assert.equal((await rowNames(page)).length, customers);
      await page.getByText("All figures are of the customers in the list").waitFor();
    }
  });
}

story("a period is a link that keeps the filters, and a day of the chart opens with the keyboard", { app: demo }, async ({ page, open }) => {
  await open("/?segment=SMB");
  await chart(page).getByRole("link", { name: "30 days" }).click();
  await page.waitForURL(/\?segment=SMB&days=30$/);
  await page.waitForFunction(() => document.querySelectorAll(".bands-chart__day").length === 31);
  const today = days(page).getByRole("link").last();
  await today.focus();
  assert.match(await today.getAttribute("aria-label"), /^\d+ \w{3} \d{4}: \S+ of \S+ not healthy$/);
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(`segment=SMB&days=30&as_of=${daysAgo(2)}`));
  await page.getByRole("heading", { level: 1, name: /^On \d+ \w{3} \d{4} .* was not healthy/ }).waitFor();
});

story("the charts count customers instead of ARR when asked", { app: demo }, async ({ page, open }) => {
  await open("/");
  await page.getByRole("navigation", { name: "What the charts show" }).getByRole("link", { name: "Customers" }).click();
  await page.getByRole("heading", { name: "Customers by band" }).waitFor();
  await page.getByRole("heading", { level: 1, name: /^\d+ of \d+ customers are not healthy/ }).waitFor();
});
