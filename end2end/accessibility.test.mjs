// Every page, light and dark: WCAG 2.2 AA as far as axe can tell, and no wider than its screen.

import assert from "node:assert/strict";
import AxeBuilder from "@axe-core/playwright";
import { daysAgo, invoice } from "./lib/facts.mjs";
import { refused, sharedApp, story } from "./lib/story.mjs";

const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** One customer with everything that a page can show, one archived, one without a fact; and 60 invented ones. */
const full = sharedApp({ demo: true }, async (api) => {
  const { items } = await api.get("/customers?band=at_risk&page_size=3");
  const [{ customer: first }, , { customer: last }] = items;
  await api.post(`/customers/${first.id}/notes`, { author: "Ann Lee", text: "Champion left" });
  await api.post(`/customers/${first.id}/events`, invoice("Z-1"));
  const { event } = await api.post(`/customers/${first.id}/events`, { kind: "login" });
  await api.post(`/events/${event.id}/retract`, { reason: "Logged twice" });
  await api.post(`/customers/${last.id}/archive`, { reason: "other" });
  const fresh = await api.customer({ name: "Fresh" });
  Object.assign(ids, { first: first.id, archived: last.id, fresh: fresh.id });
});
const ids = {};
const empty = sharedApp();

const PAGES = [
  ["the dashboard", full, () => "/"],
  ["a filtered list", full, () => "/?search=a&band=at_risk,churn_risk&renewal=next_90"],
  ["a list that nobody matches", full, () => "/?search=nobody-of-that-name"],
  ["the first-run page", empty, () => "/"],
  ["a customer's page", full, () => `/customers/${ids.first}`],
  ["a customer's page as of a past day", full, () => `/customers/${ids.first}?as_of=${daysAgo(20)}&days=30&kind=login`],
  ["a customer without facts", full, () => `/customers/${ids.fresh}`],
  ["an archived customer", full, () => `/customers/${ids.archived}`],
  ["the page that adds a customer", full, () => "/customers/new"],
  ["the page that edits a customer", full, () => `/customers/${ids.first}/edit`],
  ["the page that picks a customer for an event", full, () => "/events/new"],
  ["the form for a login", full, () => `/customers/${ids.first}/events/new`],
  ["the forms for invoices", full, () => `/customers/${ids.first}/events/new?log=invoice_issued`],
  ["the help", full, () => "/help"],
  ["the page for an unknown address", full, () => "/nothing/here", [refused(404)]],
  ["the page for an unknown customer", full, () => "/customers/999999", [refused(404)]],
];

for (const [name, app, path, console] of PAGES) {
  story(`${name} has no accessibility violation in either theme, wide or narrow`, { app, console }, async ({ page, open }) => {
    await app();
    await open(path());
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const viewport of [{ width: 1440, height: 900 }, { width: 390, height: 844 }]) {
        await page.setViewportSize(viewport);
        assert.deepEqual(await violations(page), [], `${colorScheme}, ${viewport.width} pixels wide`);
      }
    }
  });

  story(`${name} fits screens of 390, 1024 and 1440 pixels`, { app, console }, async ({ page, open }) => {
    await app();
    await open(path());
    for (const width of [1440, 1024, 390]) {
      await page.setViewportSize({ width, height: 900 });
      assert.deepEqual(await overflowing(page), [], `${width} pixels wide`);
    }
  });
}

story("a refused form, a message and a dialog have no accessibility violation", async ({ page, api, open }) => {
  const { id } = await api.acme();
  await open(`/customers/${id}/events/new?log=feature_use`);
  await page.getByRole("button", { name: "Log feature use" }).click();
  await page.getByText("is required").waitFor();
  assert.deepEqual(await violations(page), []);
  await page.getByRole("combobox", { name: "Feature" }).fill("dashboards");
  await page.getByRole("button", { name: "Log feature use" }).click();
  await page.getByRole("button", { name: "Undo" }).waitFor();
  assert.deepEqual(await violations(page), []);
  await open(`/customers/${id}`);
  await page.getByText("Archive", { exact: true }).click();
  await page.getByRole("dialog").waitFor();
  assert.deepEqual(await violations(page), []);
});

/** What axe finds, one line for each element. */
async function violations(page) {
  const { violations } = await new AxeBuilder({ page }).withTags(WCAG).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target} ${node.any[0]?.message ?? node.failureSummary}`));
}

/** When the page can be scrolled sideways: what sticks out, and is not inside something that scrolls by itself. */
function overflowing(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const scrolls = (element) => element && element !== document.body && (getComputedStyle(element).overflowX !== "visible" || scrolls(element.parentElement));
    const outside = [...document.querySelectorAll("body *")].filter(
      (element) => element.getBoundingClientRect().right > width + 0.5 && !scrolls(element.parentElement),
    );
    return [`${document.documentElement.scrollWidth} > ${width}`, ...outside.slice(0, 5).map((element) => `${element.tagName}.${element.className}`)];
  });
}
