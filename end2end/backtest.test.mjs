// Does it hold: past scores against the departures that followed.

import assert from "node:assert/strict";
import AxeBuilder from "@axe-core/playwright";
import { daysAgo, morning, shownDay } from "./lib/facts.mjs";
import { refused, sharedApp, story } from "./lib/story.mjs";

/** The test day: the latest of 90 days ahead. */
const T = 90;
const lead = (page) => page.locator(".backtest__sentence");

/** Twelve customers with logins before the test day. The first three left: one with many logins, two with one. */
const app = sharedApp({}, async (api) => {
  for (const number of Array.from({ length: 12 }, (_, index) => index)) {
    const logins = number === 0 ? 20 : number < 3 ? 1 : 12 + number;
    const events = Array.from({ length: logins }, (_, login) => ({ kind: "login", user: "ada", occurredAt: morning(T + 1 + login) }));
    const uses = ["a", "b", "c", "d", "e"].slice(0, logins).map((feature) => ({ kind: "feature_use", feature, occurredAt: morning(T + 5) }));
    const customer = await api.customer({ name: `Customer ${number}`, startDate: daysAgo(300), arrCents: 1_000_000 }, events, uses);
    if (number < 3) await api.post(`/customers/${customer.id}/outcomes`, { outcome: "churned", date: daysAgo(T - 20 - number), arrBeforeCents: 2_000_000 });
  }
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with JavaScript" : "without JavaScript";

  story(`one sentence, pictures and the customers lost say whether the score holds, ${how}`, { app, javaScriptEnabled }, async ({ page, api, open }) => {
    await open("/scorecard");
    await page.getByRole("link", { name: "Does it hold?" }).click();
    await lead(page).waitFor();
    const told = await api.get("/backtest");
    assert.deepEqual([told.days, told.n, told.churners], [[daysAgo(T)], 12, 3]);
    assert.equal(await lead(page).innerText(), told.sentence);
    assert.match(told.sentence, /^Of 3 customers lost, .* three months before: too few to judge the score by\.$/);
    await page.getByText("$60.0k a year was lost").waitFor();
    const bands = page.getByRole("region", { name: "Who left, by band" });
    for (const band of told.bands) {
      const row = bands.getByRole("row").filter({ hasText: { healthy: "Healthy", at_risk: "At risk", churn_risk: "Churn risk" }[band.band] });
      assert.match(await row.innerText(), new RegExp(`${band.churned} of ${band.n}`));
    }
    const ranks = page.getByRole("region", { name: "What tells them apart" });
    assert.equal(await ranks.getByRole("row").count(), told.factors.length + 3, "a head, the score, the factors and the tenure");
    assert.match(await page.getByRole("img", { name: "Scores of those that left" }).locator("desc").textContent(), /^left by score: /);
    // Whoever left with the highest score is named first, and leads to its page on that day.
    const first = page.getByRole("region", { name: "Lost: 3 customers" }).getByRole("listitem").first();
    await first.getByRole("link", { name: "Customer 0" }).click();
    await page.getByRole("heading", { name: "Customer 0" }).waitFor();
    assert.match(page.url(), new RegExp(`as_of=${daysAgo(T)}$`));
    await page.getByText(`As of ${shownDay(T)}`).waitFor();
  });

  story(`another test is a form away, ${how}`, { app, javaScriptEnabled }, async ({ page, open }) => {
    await open("/backtest");
    await page.getByRole("combobox", { name: "Horizon" }).selectOption("30");
    await page.locator(".backtest__more > summary").click();
    await page.getByRole("textbox", { name: "Test days" }).fill(daysAgo(T));
    await page.getByRole("button", { name: "Test" }).click();
    await page.getByText(`a departure counts in the 30 days after`).waitFor();
    assert.equal(new URL(page.url()).searchParams.get("horizon"), "30");
    await page.getByText("All figures").click();
    await page.getByText("10, highest").waitFor();
    await page.getByRole("combobox", { name: "Segment" }).selectOption("SMB");
    await page.getByRole("button", { name: "Test" }).click();
    await page.getByText("the customers that are in the segment today").waitFor();
  });
}

story("what is asked wrong is said with its rule, and the form stays", { app, console: [refused(422)] }, async ({ page, open }) => {
  await open(`/backtest?days=${daysAgo(3)}`);
  await page.getByText("so that 90 days have passed since").waitFor();
  await page.getByRole("textbox", { name: "Test days" }).fill("");
  await page.getByRole("button", { name: "Test" }).click();
  await lead(page).waitFor();
});

story("before anybody has left it says how to tell so", async ({ page, api, open }) => {
  await api.customer({ name: "Acme", startDate: daysAgo(300) });
  await open("/backtest");
  await page.getByRole("heading", { name: "Nobody is known to have left yet" }).waitFor();
});

for (const [width, colorScheme] of [[1440, "light"], [1440, "dark"], [390, "light"], [390, "dark"]]) {
  story(`axe finds nothing at ${width}, ${colorScheme}`, { app, viewport: { width, height: 900 }, colorScheme }, async ({ page, open }) => {
    await open(`/backtest?min_age=30`);
    await lead(page).waitFor();
    await page.getByText("All figures").click();
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, "nothing sticks out");
    const { violations } = await new AxeBuilder({ page }).analyze();
    assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)]), []);
  });
}
