// The month: a printable report, its periods, and its charts as files.

import assert from "node:assert/strict";
import AxeBuilder from "@axe-core/playwright";
import { sharedApp, story } from "./lib/story.mjs";

const demo = sharedApp({ demo: true });

const now = new Date();
/** The first day of the month so many months ago. */
const monthsAgo = (count) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - count, 1));
const name = (month) => month.toISOString().slice(0, 7);
const label = (month) => month.toLocaleDateString("en-US", { month: "long", year: "numeric", timeZone: "UTC" });
const short = (cents) => (cents >= 99_950_000 ? `$${(cents / 1e8).toFixed(1)}M` : `$${(cents / 1e5).toFixed(1)}k`);
const heading = (page) => page.getByRole("heading", { level: 1 });

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with JavaScript" : "without JavaScript";

  story(`the last complete month is told in the figures of the API, ${how}`, { app: demo, javaScriptEnabled }, async ({ page, api, open }) => {
    await open("/month");
    assert.equal(await heading(page).innerText(), label(monthsAgo(1)));
    const month = await api.get("/month");
    assert.equal(month.period.period, name(monthsAgo(1)));
    const [, atRisk, churnRisk] = month.period.end;
    const sentence = (await page.locator(".month .sentence").innerText()).replace(/\s+/g, " ");
    assert.ok(sentence.startsWith(`${short(atRisk.arrCents + churnRisk.arrCents)} of `), sentence);
    assert.match(sentence, new RegExp(`was not healthy at the end of ${label(monthsAgo(1))}, .* at the end of ${label(monthsAgo(2))}\\.$`));
    const flow = page.getByRole("region", { name: "Flow between bands" });
    assert.match(await flow.getByRole("img").locator("desc").textContent(), /^From Healthy \$.* to Healthy \$/);
    assert.equal(await flow.locator(".moves__list li").count(), month.period.moves.length + month.period.movesByRules.length);
    const falls = page.getByRole("region", { name: `Why ${month.fell.customers} customers fell to a worse band` });
    assert.equal(await falls.locator(".fallen li").count(), Math.min(8, month.fell.items.length));
    await page.getByRole("link", { name: "Figures as CSV" }).waitFor();
  });

  story(`another month and a quarter are a link and a choice away, ${how}`, { app: demo, javaScriptEnabled }, async ({ page, open }) => {
    await open("/");
    await page.getByRole("link", { name: "The last month, to print" }).click();
    await page.getByRole("link", { name: "month before: " + label(monthsAgo(2)) }).click();
    await page.getByRole("heading", { level: 1, name: label(monthsAgo(2)) }).waitFor();
    await page.getByRole("link", { name: "month after: " + label(monthsAgo(1)) }).click();
    await page.getByRole("heading", { level: 1, name: label(monthsAgo(1)) }).waitFor();
    const quarter = `Q${Math.floor(now.getUTCMonth() / 3) + 1} ${now.getUTCFullYear()}`;
    await page.getByRole("combobox", { name: "Month or quarter" }).selectOption({ label: quarter });
    if (!javaScriptEnabled) await page.getByRole("button", { name: "Apply" }).click();
    await page.getByRole("heading", { level: 1, name: quarter }).waitFor();
    await page.locator(".sentence", { hasText: `in ${quarter} so far` }).waitFor();
    await page.getByRole("combobox", { name: "Segment" }).selectOption("SMB");
    if (!javaScriptEnabled) await page.getByRole("button", { name: "Apply" }).click();
    await page.getByText("Only SMB").waitFor();
    assert.match(page.url(), /period=\d{4}-Q\d&segment=SMB/);
  });
}

story("a period that is not known, or no period, says so", { app: demo, console: ["error: Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)"] }, async ({ page, open }) => {
  await open(`/month?period=${now.getUTCFullYear() - 2}-Q1`);
  await page.getByText("are not known any more.").waitFor();
  await page.getByText("Whatever needs an earlier day is left out here.").waitFor();
  assert.equal(await page.getByRole("region", { name: "Flow between bands" }).count(), 0);
  await open("/month?period=2026-13");
  await page.getByText("period must be a month such as 2026-10").waitFor();
});

story("an empty database has an empty report", async ({ page, open }) => {
  await open("/month");
  await page.getByText(`No customers at the end of ${label(monthsAgo(1))}.`).waitFor();
  await page.getByRole("heading", { name: "Went: nobody" }).waitFor();
});

story("on paper there is nothing to click, on two pages at most", { app: demo }, async ({ page, open }) => {
  await open("/month");
  await page.emulateMedia({ media: "print" });
  const controls = page.locator("main").locator("button, select, summary, .tabs");
  assert.deepEqual(await controls.evaluateAll((found) => found.filter((one) => one.checkVisibility()).map((one) => one.outerHTML)), []);
  const pdf = (await page.pdf({ format: "A4" })).toString("latin1");
  const pages = pdf.match(/\/Type\s*\/Page\b/g).length;
  assert.ok(pages <= 2, `${pages} pages`);
});

for (const colorScheme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    story(`axe finds nothing on the month, ${colorScheme} at ${width}`, { app: demo, colorScheme, viewport: { width, height: 900 } }, async ({ page, open }) => {
      await open("/month");
      const options = { rules: { "target-size": { enabled: true } } };
      const { violations } = await new AxeBuilder({ page }).options(options).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
      assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), []);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "no wider than its screen");
    });
  }
}
