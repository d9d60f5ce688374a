// The dashboard: the portfolio's figures, and the list that is searched, filtered, sorted and paged.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { daysAgo, logins } from "./lib/facts.mjs";
import { expectCount, list, rowNames } from "./lib/list.mjs";
import { refused, sharedApp, story } from "./lib/story.mjs";

const demo = sharedApp({ demo: true });

const few = sharedApp({}, (api) => api.five());

const silent = sharedApp({}, async (api) => {
  const login = (days) => ({ kind: "login", occurredAt: `${daysAgo(days)}T00:00:00Z` });
  await api.customer({ name: "Quiet" }, [login(14)]);
  await api.customer({ name: "Heard" }, [login(13)]);
});

const LONG_NAME = "The Remarkably Verbose Association of Manufacturers of Extraordinarily Long Names";

const uneven = sharedApp({}, async (api) => {
  await api.five();
  await api.customer({ name: LONG_NAME, owner: "Maximiliane von und zu Hohenstein-Wartenburg" }, logins(1));
  await api.customer({ name: "Odd" });
});

const many = sharedApp({}, async (api) => {
  for (let number = 1; number <= 60; number++) await api.customer({ name: `Number ${String(number).padStart(2, "0")}` });
});

story("every figure of the dashboard links to a list of as many customers", { app: demo, javaScriptEnabled: false }, async ({ page, open }) => {
  await open("/");
  const figures = await page.getByRole("region", { name: "How the portfolio stands" }).locator('a[href^="/?"], a[href^="/#"]').all();
  const counted = [];
  for (const link of figures) {
    const text = (await link.getAttribute("aria-label")) ?? (await link.innerText());
    const number = text.match(/^(?:\+ )?([\d,]+)(?:\s|$)/);
    if (number) counted.push({ text, customers: Number(number[1].replace(",", "")), href: await link.getAttribute("href") });
  }
  assert.ok(counted.length > 20, `only ${counted.length} figures`);
  for (const { text, customers, href } of counted) {
    await open(href);
    await expectCount(page, customers, `${text} (${href})`);
  }
});

story("customers and ARR are counted per band", { app: few }, async ({ page, open }) => {
  await open("/");
  const bands = page.getByRole("table", { name: "Customers and ARR per band" });
  for (const [band, customers, arr] of [
    ["Healthy", "1", "$5.0k"],
    ["At risk", "1", "$120k"],
    ["Churn risk", "2", "$10.0k"],
    ["No data", "1", "–"],
    ["All", "5", "$135k"],
  ]) {
    const cells = await bands.getByRole("row", { name: band }).getByRole("cell").allInnerTexts();
    assert.deepEqual(cells.slice(0, 2), [customers, arr], band);
  }
});

story("a row tells score, band and the facts behind it; those of a healthy customer stay silent", { app: few }, async ({ page, open }) => {
  await open("/");
  const acme = list(page).getByRole("row", { name: /Acme/ });
  const words = (await acme.innerText()).replace(/\s+/g, " ");
  for (const text of ["Enterprise", "Ann Lee", "$120k", "in 20 days", "68.5 At risk", "10 of 20 logins in 30 days", "3 of 5 features in 90 days"]) {
    assert.ok(words.includes(text), `${text} in ${words}`);
  }
  const strip = acme.getByRole("button", { name: /^Login frequency 50\.0: 10 logins in the last 30 days, target 20\s.*60\.0.*80\.0.*100\.0.*50\.0/ });
  const tip = () => strip.evaluate((button) => getComputedStyle(button, "::after").display);
  assert.equal(await tip(), "none", "the numbers are told on demand");
  await strip.hover();
  assert.equal(await tip(), "block");
  assert.equal(await list(page).getByRole("row", { name: /Bolt/ }).locator(".col-reason").innerText(), "");
});

story("whoever was silent for 14 days is the loudest in its row", { app: silent }, async ({ page, open }) => {
  await open("/");
  const heard = list(page).getByRole("row", { name: /Heard/ });
  const quiet = list(page).getByRole("row", { name: /Quiet/ });
  await quiet.getByText("Silent 14 days", { exact: true }).waitFor();
  assert.equal(await heard.getByText(/Silent/).count(), 0, "13 days are no silence");
  await heard.getByText("13 days ago").waitFor();
});

story("rows have one height, whatever their names and facts; long names are whole on hover", { app: uneven }, async ({ page, open }) => {
  await open("/");
  const rows = list(page).locator("tbody").getByRole("row");
  for (const width of [1440, 1024]) {
    await page.setViewportSize({ width, height: 900 });
    const heights = await rows.evaluateAll((rows) => rows.map((row) => row.offsetHeight));
    assert.equal(new Set(heights).size, 1, `${heights} pixels at ${width}`);
  }
  await list(page).getByTitle(LONG_NAME, { exact: true }).waitFor();
});

story("a page of fifty rows has at most 1,500 elements", { app: demo }, async ({ page, open }) => {
  await open("/");
  assert.equal((await rowNames(page)).length, 50);
  // As Lighthouse counts them.
  const elements = await page.evaluate(() => document.body.querySelectorAll("*").length);
  assert.ok(elements <= 1500, `${elements} elements`);
});

story("search, filters and sorting change the list and the address without a reload", { app: few }, async ({ page, open }) => {
  await open("/");
  await page.evaluate(() => (window.loadedOnce = true));

  const search = page.getByRole("searchbox", { name: /Search customers/ });
  await search.fill("crm-17");
  await expectCount(page, 1);
  assert.deepEqual(await rowNames(page), ["Acme"]);
  assert.ok(await search.evaluate((field) => field === document.activeElement), "the search keeps the focus");
  await search.fill("");
  await expectCount(page, 5);

  await page.getByRole("combobox", { name: "Segment" }).selectOption("SMB");
  await expectCount(page, 2);
  await page.waitForURL(/segment=SMB/);
  await page.getByRole("combobox", { name: "Band" }).selectOption({ label: "Healthy" });
  await expectCount(page, 1);
  assert.deepEqual(await rowNames(page), ["Bolt"]);
  await page.getByRole("link", { name: /Clear all/ }).click();
  await expectCount(page, 5);

  await page.getByRole("combobox", { name: "Factor" }).selectOption("Support below 40");
  await expectRows(page, ["Dune", "Cedar"]);
  await page.waitForURL(/factor=support_load/);
  await page.getByRole("link", { name: "Remove the filter Support load below 40" }).click();
  await expectCount(page, 5);

  await page.getByRole("combobox", { name: "Owner" }).selectOption("Ann Lee");
  await expectCount(page, 2);
  await page.goBack();
  await expectCount(page, 5);
  assert.ok(await page.evaluate(() => window.loadedOnce), "the page was not loaded again");
});

story("the way from a customer back to the portfolio keeps the list’s filters", { app: few }, async ({ page, open }) => {
  await open("/?segment=SMB&sort=name");
  await list(page).getByRole("link", { name: "Bolt" }).click();
  await page.getByRole("heading", { name: "Bolt", level: 1 }).waitFor();
  await page.getByRole("main").getByRole("link", { name: "Portfolio" }).click();
  await page.waitForURL(/\?segment=SMB&sort=name$/);
  await expectCount(page, 2);
});

story("every column sorts both ways, and customers without data come last", { app: few }, async ({ page, open }) => {
  await open("/");
  const sortBy = async (title) => {
    await list(page).getByRole("link", { name: title }).or(list(page).getByTitle(`Sort by ${title}`)).first().click();
  };
  const expectOrder = (...names) => expectRows(page, names);
  await expectOrder("Acme", "Dune", "Cedar", "Bolt", "Early");
  await sortBy("score");
  await expectOrder("Dune", "Cedar", "Acme", "Bolt", "Early");
  await sortBy("score");
  await expectOrder("Bolt", "Acme", "Cedar", "Dune", "Early");
  await sortBy("name");
  await expectOrder("Acme", "Bolt", "Cedar", "Dune", "Early");
  await sortBy("name");
  await expectOrder("Early", "Dune", "Cedar", "Bolt", "Acme");
  await sortBy("annual recurring revenue");
  await expectOrder("Acme", "Cedar", "Bolt", "Dune", "Early");
  await sortBy("renewal date");
  await expectOrder("Bolt", "Acme", "Dune", "Cedar", "Early");
  await sortBy("Login frequency");
  await page.waitForURL(/sort=login_frequency/);
  await list(page).locator('th[aria-sort="ascending"]').getByTitle("Sort by Login frequency").waitFor();
  assert.equal((await rowNames(page)).at(-1), "Early");
});

story("pages and page sizes walk through the whole list", { app: demo }, async ({ page, open }) => {
  await open("/");
  await page.getByText("1 to 50 of 59 customers").waitFor();
  await page.getByRole("navigation", { name: "Pages of customers" }).getByRole("link", { name: "Next", exact: true }).click();
  await page.getByText("51 to 59 of 59 customers").waitFor();
  assert.equal((await rowNames(page)).length, 9);
  await page.getByRole("navigation", { name: "Rows on a page" }).getByRole("link", { name: "100" }).click();
  await page.getByText("59 customers", { exact: true }).waitFor();
  assert.equal((await rowNames(page)).length, 59);
});

story("a filter that matches nobody says so and offers the way out", { app: few }, async ({ page, open }) => {
  await open("/?search=nobody");
  await page.getByRole("heading", { name: "No customer matches" }).waitFor();
  await page.getByRole("link", { name: "Clear all filters" }).click();
  await expectCount(page, 5);
});

story("an address that makes no sense is explained instead of shown", { app: few, console: [refused(422)] }, async ({ page, open }) => {
  await open("/?segment=Huge");
  await page.getByRole("alert").getByText("must be one of Enterprise, SMB, Startup").first().waitFor();
});

story("the export has the rows of the list, in its order", { app: few }, async ({ page, open }) => {
  await open("/?segment=SMB&sort=name&direction=desc");
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export CSV" }).click();
  const file = await download;
  assert.match(file.suggestedFilename(), /^customers-\d{4}-\d\d-\d\d\.csv$/);
  const lines = (await readFile(await file.path(), "utf8")).trim().split("\n");
  assert.match(lines[0], /^id,name,segment,/);
  assert.deepEqual(lines.slice(1).map((line) => line.split(",")[1]), ["Dune", "Bolt"]);
});

story("“my customers” is remembered by the browser", { app: few }, async ({ page, open }) => {
  await open("/");
  await page.getByText("My customers").click();
  await page.getByRole("button", { name: "Ann Lee" }).click();
  await expectCount(page, 2);
  await open("/");
  await expectCount(page, 5);
  await page.getByRole("link", { name: "My customers" }).click();
  await expectCount(page, 2);
  await page.getByText("All figures are of the customers in the list: Owner: Ann Lee").waitFor();
  await page.getByRole("button", { name: "Not Ann Lee?" }).click();
  await expectCount(page, 5);
  await page.getByText("Who are you?").waitFor({ state: "attached" });
});

const top = (page) => page.evaluate(() => Math.round(scrollY));

/** Waits until the page stands there; the browser may round. */
const standsAt = (page, place) => page.waitForFunction((place) => Math.abs(scrollY - place) <= 2, place);

story("back from a customer leads to the place in the list", { app: many }, async ({ page, open }) => {
  await open("/?sort=name");
  const link = list(page).getByRole("link", { name: "Number 31", exact: true });
  await link.scrollIntoViewIfNeeded();
  const place = await top(page);
  assert.ok(place > 500, `scrolled to ${place}`);
  await link.click();
  await page.getByRole("heading", { name: "Number 31", level: 1 }).waitFor();
  await standsAt(page, 0);
  // The list comes late, when the browser has long restored its own idea of the place.
  let release;
  const released = new Promise((resolve) => (release = resolve));
  await page.route((url) => url.pathname === "/", async (route) => {
    await released;
    await route.continue();
  });
  await page.goBack();
  await page.getByText("Loading").first().waitFor({ state: "attached" });
  release();
  await link.waitFor();
  await standsAt(page, place);
  await page.goForward();
  await page.getByRole("heading", { name: "Number 31", level: 1 }).waitFor();
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Portfolio" }).click();
  await list(page).getByRole("link", { name: "Number 40", exact: true }).waitFor();
  await standsAt(page, 0);
});

story("back to a list that is loaded anew leads to the place as well", { app: many }, async ({ page, open }) => {
  await open("/?sort=name");
  const link = list(page).getByRole("link", { name: "Number 31", exact: true });
  await link.scrollIntoViewIfNeeded();
  const place = await top(page);
  await page.goto("/api/docs");
  await page.goBack();
  await page.locator("body[data-hydrated]").waitFor();
  await standsAt(page, place);
});

async function expectRows(page, names) {
  for (const [index, name] of names.entries()) {
    await list(page).getByRole("row").nth(index + 1).getByRole("link", { name, exact: true }).waitFor();
  }
}
