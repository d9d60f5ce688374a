// Today: who needs somebody, who is first, and why. On its own page and on the home page.

import assert from "node:assert/strict";
import { assertAccessible } from "./lib/accessibility.mjs";
import { daysAgo, features, invoice, logins, morning } from "./lib/facts.mjs";
import { list, rowNames } from "./lib/list.mjs";
import { sharedApp, story } from "./lib/story.mjs";

const DAYS = Array.from({ length: 10 }, (_, week) => 7 * week);

/** A customer in Churn risk for long, whose last login was so many days ago. */
function quiet(api, name, lastLogin, fields = {}, ...events) {
  const weekly = DAYS.map((days) => ({ kind: "login", user: "ada", occurredAt: morning(days + lastLogin) }));
  return api.customer({ name, startDate: daysAgo(400), ...fields }, weekly, ...events);
}

async function seven(api) {
  await quiet(api, "Acme", 20, { owner: "Ann Lee", arrCents: 32_900_000, renewalDate: daysAgo(-19) }, invoice("A-1", 5));
  await quiet(api, "Bolt", 20, { owner: "Ann Lee", arrCents: 5_000_000 });
  await quiet(api, "Cedar", 20, { owner: "Bob Roy", arrCents: 4_000_000 });
  await quiet(api, "Dune", 20, { owner: "Bob Roy", arrCents: 3_000_000 });
  await quiet(api, "Elm", 20, { owner: "Bob Roy", arrCents: 2_000_000 });
  await quiet(api, "Fir", 20, { arrCents: 1_000_000 });
  await quiet(api, "Gorse", 1, { owner: "Ann Lee", arrCents: 90_000_000 });
  await api.customer({ name: "Hale", arrCents: 90_000_000, renewalDate: daysAgo(-3) }, logins(20), features("a", "b", "c", "d", "e"));
}

const shared = sharedApp({}, seven);

const rows = (page) => page.getByRole("main").locator(".needed");
const names = async (page) => rows(page).locator(".needed__name a").allInnerTexts();

/** Presses a button whose choice is remembered: with JavaScript, by an answer of its own. */
async function choose(page, name, javaScriptEnabled) {
  const remembered = javaScriptEnabled ? page.waitForResponse(/set_preference/) : undefined;
  await page.getByRole("button", { name }).click();
  await remembered;
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "" : " without JavaScript";

  story(`today says who is first and why${how}`, { app: shared, javaScriptEnabled }, async ({ page, open }) => {
    await open("/today");
    await page.getByRole("heading", { name: "Today", level: 1 }).waitFor();
    await page.getByText("6 customers need you, the most urgent first.").waitFor();
    assert.deepEqual(await names(page), ["Acme", "Bolt", "Cedar", "Dune", "Elm"]);
    const first = rows(page).first();
    const words = (await first.innerText()).replace(/\s+/g, " ");
    for (const text of ["Ann Lee", "$329k ARR", "renews in 19 days", "Churn risk", "invoice of $1.2k 5 days overdue", "Would help:"]) {
      assert.ok(words.includes(text), `${text} in ${words}`);
    }
    assert.match(words, /logins \d → \d, none since \d+ \w+/);

    const why = first.locator("details");
    assert.equal(await why.getByText("It renews in 19 days").isVisible(), false, "the numbers are told on demand");
    await why.getByText("Why first?").click();
    await why.getByText("It renews in 19 days").waitFor();
    await why.getByText("$329,000 a year").waitFor();
    const numbers = await why.locator(".why__number").allInnerTexts();
    assert.match(numbers.join(" "), /^\$329k × 0\.\d\d × 1\.79 × 1\.\d\d = \$\d+k$/);

    await page.getByRole("link", { name: "Show 1 other" }).click();
    await page.getByText("Nothing else needs you today.").waitFor();
    assert.deepEqual(await names(page), ["Acme", "Bolt", "Cedar", "Dune", "Elm", "Fir"]);
    await rows(page).last().getByText("Why sixth?").waitFor();
  });

  story(`today is about everybody or about mine, as it was left${how}`, { app: shared, javaScriptEnabled }, async ({ page, open }) => {
    await open("/today");
    await page.getByText("My customers", { exact: true }).click();
    await choose(page, "Bob Roy", javaScriptEnabled);
    await page.getByText("3 customers of Bob Roy need you").waitFor();
    await page.getByText("Nothing else needs you today.").waitFor();
    assert.deepEqual(await names(page), ["Cedar", "Dune", "Elm"]);
    await open("/today");
    assert.deepEqual(await names(page), ["Cedar", "Dune", "Elm"], "it is remembered");
    await choose(page, "Everybody", javaScriptEnabled);
    await page.getByText("6 customers need you").waitFor();
    await open("/today");
    await page.getByText("6 customers need you").waitFor();
    assert.equal(await page.getByRole("button", { name: "Everybody" }).getAttribute("aria-pressed"), "true");
    await page.getByRole("button", { name: "Mine" }).click();
    await page.getByText("3 customers of Bob Roy need you").waitFor();
  });

  story(`the home page begins with who is first, and follows the list's filters${how}`, { app: shared, javaScriptEnabled }, async ({ page, open }) => {
    await open("/");
    const section = page.getByRole("region", { name: "Today" });
    assert.deepEqual(await section.locator(".needed__name a").allInnerTexts(), ["Acme", "Bolt", "Cedar", "Dune", "Elm"]);
    assert.deepEqual(await rowNames(page), ["Acme", "Bolt", "Cedar", "Dune", "Elm", "Fir", "Gorse", "Hale"], "the list has the same order");
    await section.getByRole("link", { name: "All 6 that need you" }).click();
    await page.getByRole("heading", { name: "Today", level: 1 }).waitFor();
    await open("/?owner=Ann+Lee");
    assert.deepEqual(await section.locator(".needed__name a").allInnerTexts(), ["Acme", "Bolt"]);
    await section.getByText("Nothing else needs you today.").waitFor();
    await section.getByRole("link", { name: "Why in this order?" }).click();
    await page.getByText("2 customers of Ann Lee need you").waitFor();
    await page.getByRole("link", { name: "Without these filters" }).click();
    await page.getByText("6 customers need you").waitFor();
    // A past day is no day to act on.
    await open(`/?as_of=${daysAgo(7)}`);
    await list(page).waitFor();
    assert.equal(await section.count(), 0);
  });
}

story("today follows what happens", async ({ page, api, open }) => {
  const { id } = await quiet(api, "Acme", 20, { arrCents: 100 });
  await open("/today");
  await page.getByText("1 customer needs you.").waitFor();
  await page.getByText("Why first?").click();
  await page.locator(".live[data-state=open]").waitFor();
  await quiet(api, "Bolt", 20, { arrCents: 90_000_000 });
  await page.getByText("2 customers need you").waitFor();
  assert.deepEqual(await names(page), ["Bolt", "Acme"]);
  await page.getByText("Why second?").waitFor();
  assert.equal(await rows(page).last().locator("details").getAttribute("open"), "", "what was opened stays open");
  await api.post(`/customers/${id}/archive`, { reason: "churned" });
  await page.getByText("1 customer needs you.").waitFor();
  assert.deepEqual(await names(page), ["Bolt"]);
});

story("a day on which nobody is needed says so", async ({ page, api, open }) => {
  await api.customer({ name: "Hale" }, logins(20), features("a", "b", "c", "d", "e"));
  await open("/today");
  await page.getByRole("heading", { name: "Nothing needs you today." }).waitFor();
  await open("/");
  await page.getByRole("region", { name: "Today" }).getByText("Nothing needs you today.").waitFor();
});

story("axe finds nothing on today, light and dark, wide and narrow", { app: shared }, ({ page, open }) =>
  assertAccessible(page, open, "/today", () => page.getByText("Why first?").click()));
