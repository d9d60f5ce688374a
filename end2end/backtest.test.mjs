// Does it hold: past scores against the departures that followed.

import assert from "node:assert/strict";
import { assertAccessible } from "./lib/accessibility.mjs";
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

story("axe finds nothing, light and dark, wide and narrow", { app }, ({ page, open }) =>
  assertAccessible(page, open, "/backtest?min_age=30", async () => {
    await lead(page).waitFor();
    await page.getByText("All figures").click();
  }));

const better = (page) => page.getByRole("region", { name: "Could it be better?" });

/** A hundred customers that use the product, of whom 32 fall silent and leave in each of the last two horizons of 30 days. */
async function fillProven(api) {
  const batch = [];
  for (const number of Array.from({ length: 100 }, (_, index) => index)) {
    const left = number < 32 ? 45 : number < 64 ? 15 : null;
    const fields = { name: `Customer ${number}`, externalId: `c${number}`, segment: "SMB", startDate: daysAgo(300), arrCents: 1_000_000 + number };
    const { id } = await api.post("/customers", fields);
    // Whoever leaves has been silent for 20 days when the test begins, after logins on every day; the others log in now and then.
    const last = left ? left + 35 : 2;
    for (let day = last; day < 200; day += left ? 1 : 3 + (number % 3)) batch.push({ customerId: id, kind: "login", user: "ada", occurredAt: morning(day) });
    if (left) await api.post(`/customers/${id}/outcomes`, { outcome: "churned", date: daysAgo(left) });
  }
  await api.post("/events", batch);
}

const proven = sharedApp({}, fillProven);

/** The same, under rules that score Enterprises, of which there are none, apart. */
const apart = sharedApp({}, async (api) => {
  await fillProven(api);
  const { scorecards: [rest] } = await api.get("/rulebook");
  const condition = { segments: ["Enterprise"], startedLessThanDaysAgo: null };
  const scorecards = [{ ...rest, name: "Large", condition }, { ...rest, name: "Others" }];
  await api.post("/rulebooks", { version: 1, author: "Ann Lee", note: "Large ones apart", scorecards });
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with JavaScript" : "without JavaScript";

  story(`with evidence a draft is offered, to edit and save, ${how}`, { app: proven, javaScriptEnabled }, async ({ page, api, open }) => {
    await open("/backtest?horizon=30");
    const told = await api.get("/backtest/suggestion?horizon=30");
    const [scorecard] = told.scorecards;
    assert.equal(scorecard.verdict, "better", scorecard.reason);
    await better(page).getByText(scorecard.sentence).waitFor();
    await better(page).getByText(scorecard.reason).waitFor();
    const steps = better(page).getByRole("region", { name: "What each step adds" });
    assert.equal(await steps.getByRole("row").count(), 5, "a head, three steps, and all together");
    const weights = better(page).getByRole("region", { name: "Weights, and what each told" });
    assert.match(await weights.getByRole("row").filter({ hasText: "Days of silence" }).innerText(), /0 % → \d+ %/);
    const moved = better(page).getByRole("region", { name: "Who would change band today" });
    assert.equal(await moved.getByRole("listitem").count(), Math.min(12, scorecard.movers.length), "the rest is folded away");
    await better(page).getByRole("link", { name: "Open as a draft" }).click();
    await page.getByRole("heading", { name: "Change the rules" }).waitFor();
    const silence = page.getByRole("group", { name: "Days of silence" });
    const factor = scorecard.draft.factors.find(({ key }) => key === "daysOfSilence");
    assert.equal(await silence.getByLabel("Weight").inputValue(), String(factor.weight));
    assert.match(await page.getByLabel("Why this change").inputValue(), /^Suggested: Of 100 pairs/);
    // The same that the section told moves in the preview.
    await page.getByRole("region", { name: "What would change" }).getByText("Days of silence none → weight").waitFor();
    assert.equal((await api.get("/scorecards")).total, 1, "nothing changes by itself");
  });

  story(`without evidence the advice is to keep the rules, ${how}`, { app, javaScriptEnabled }, async ({ page, api, open }) => {
    await open("/backtest");
    const [scorecard] = (await api.get("/backtest/suggestion")).scorecards;
    assert.equal(scorecard.verdict, "not_enough_history");
    await better(page).getByText("Not enough history to try other rules: keep yours.").waitFor();
    await better(page).getByText(scorecard.reason).waitFor();
    assert.equal(await better(page).getByRole("link", { name: "Open as a draft" }).count(), 0);
    assert.equal(await better(page).getByRole("table").count(), 0);
  });
}

story("on demand the form tells how well the weights tell who left", { app: proven }, async ({ page, open }) => {
  await open("/scorecard");
  const effect = page.getByRole("complementary", { name: "With these rules" });
  const tested = effect.getByRole("region", { name: "Do the weights tell who leaves?" });
  await tested.getByRole("button", { name: "Test the weights on past departures" }).click();
  await tested.getByText("64 of 100 left in the 90 days after").waitFor();
  const figure = tested.getByText("Of 100 pairs of one who left and one who stayed");
  await figure.waitFor();
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  const logins = page.getByRole("group", { name: "Login frequency", exact: true });
  // Nothing else tells these customers apart.
  await logins.getByLabel("Weight").fill("0");
  await tested.getByText("All have the same score.").waitFor();
  await logins.getByLabel("Weight").fill("50");
  await figure.waitFor();
  assert.deepEqual(requests, []);
  await logins.getByLabel("Scale").fill("0 = 0, 30 = 100");
  await tested.getByText("The figure follows weights only").waitFor();
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with JavaScript" : "without JavaScript";

  story(`a scorecard is chosen, and its draft leaves the others alone, ${how}`, { app: apart, javaScriptEnabled }, async ({ page, api, open }) => {
    await open("/backtest?horizon=30");
    const [large, others] = (await api.get("/backtest/suggestion?horizon=30")).scorecards;
    assert.deepEqual([large.name, others.name, large.tested.n], ["Large", "Others", 0]);
    const tabs = better(page).getByRole("navigation", { name: "Scorecard" });
    await better(page).getByText(others.sentence, { exact: true }).waitFor();
    await tabs.getByRole("link", { name: "Large (0 left)" }).click();
    await better(page).getByText(large.reason).waitFor();
    assert.equal(new URL(page.url()).searchParams.get("scorecard"), "Large");
    assert.equal(await better(page).getByRole("link", { name: "Open as a draft" }).count(), 0);
    await tabs.getByRole("link", { name: "Others (32 left)" }).click();
    await better(page).getByRole("link", { name: "Open as a draft" }).click();
    const changed = page.getByRole("region", { name: "What would change" });
    await changed.getByText("Others: Days of silence none → weight").waitFor();
    assert.equal(await changed.getByText("Large: ").count(), 0);
  });
}

story("axe finds nothing in a suggestion, light and dark, wide and narrow", { app: proven }, ({ page, open }) =>
  assertAccessible(page, open, "/backtest?horizon=30", () => better(page).getByText("The rules that were tried").click()));
