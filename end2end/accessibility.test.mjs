// Every page, light and dark: WCAG 2.2 AA as far as axe can tell, and no wider than its screen.

import assert from "node:assert/strict";
import { assertAccessible, assertNoViolations, NARROW, overflowing, settled, WIDE } from "./lib/accessibility.mjs";
import { daysAgo, invoice, logins } from "./lib/facts.mjs";
import { refused, sharedApp, story } from "./lib/story.mjs";

/** Customers in every state that a page can show: the first has everything, the fifth no fact, the sixth is archived. */
const small = sharedApp({}, async (api) => {
  const { id } = await api.five();
  await api.post(`/customers/${id}/notes`, { author: "Ann Lee", text: "Champion left" });
  await api.post(`/customers/${id}/events`, invoice("Z-1"));
  await api.post(`/customers/${id}/events`, { kind: "reading", name: "Seats used", value: 42.5 });
  const { event } = await api.post(`/customers/${id}/events`, { kind: "login" });
  await api.post(`/events/${event.id}/retract`, { reason: "Logged twice" });
  const gone = await api.customer({ name: "Gone" }, logins(3));
  await api.post(`/customers/${gone.id}/archive`, { reason: "churned" });
  await api.post("/customers/1/outcomes", { outcome: "contracted", date: daysAgo(3), arrBeforeCents: 900, arrAfterCents: 400, reason: "Price" });
  await api.post("/events", [{ customerId: id, kind: "logout" }, { kind: "login" }]);
  await api.upload("people.csv", "company,segment,owner\nNew Co,SMB,Ann Lee\n,SMB,\n");
});
const empty = sharedApp();
const demo = sharedApp({ demo: true });

const PAGES = [
  ["the dashboard", "/"],
  ["a filtered list", "/?search=c&band=at_risk,churn_risk&owner=Ann+Lee"],
  ["a list that nobody matches", "/?search=nobody"],
  ["the dashboard as of a past day", `/?as_of=${daysAgo(7)}&sort=name`],
  ["the dashboard before all facts", `/?as_of=${daysAgo(7)}&known_at=then`],
  ["a customer's page", "/customers/1"],
  ["a customer's page as of a past day", `/customers/1?as_of=${daysAgo(7)}&days=30&kind=login`],
  ["a customer's page as it was known on a past day", `/customers/1?as_of=${daysAgo(7)}&known_at=then`],
  ["a question about an event", "/customers/1?retract=1"],
  ["a customer without facts", "/customers/5"],
  ["an archived customer", "/customers/6"],
  ["the page that adds a customer", "/customers/new"],
  ["the page that edits a customer", "/customers/1/edit"],
  ["the page that picks a customer for an event", "/events/new"],
  ["the form for a login", "/customers/1/events/new"],
  ["the forms for invoices", "/customers/1/events/new?log=invoice_issued"],
  ["the form for a reading", "/customers/1/events/new?log=reading"],
  ["the rules of scoring", "/scorecard"],
  ["rules that are tried", "/scorecard?template=five_and_silence&version=1"],
  ["rules that are no good", `/scorecard?${spoilt()}`],
  ["rules of which most is missing", "/scorecard?bands.healthy=70"],
  ["the page of imports", "/import"],
  ["a file that was handed over", "/import/1"],
  ["the quarantine", "/quarantine"],
  ["today", "/today"],
  ["the month", "/month"],
  ["whether the score holds", "/backtest"],
  ["customers that are to be changed", "/customers/chosen?id=1,2"],
  ["renewals by month", "/?renewal=next_90"],
  ["the help", "/help"],
  ["the page for an unknown address", "/nothing/here", refused(404)],
  ["the page for an unknown customer", "/customers/999", refused(404)],
];

/** Rules with one factor that is no good, as the form sends them. */
function spoilt() {
  const trend = { label: "API trend", weight: "", type: "trend", "kinds.api_call": "on", days: 30, points: "-100 = 0, 100", assumed: 50 };
  return new URLSearchParams({
    version: 1,
    factors: "apiTrend",
    ...Object.fromEntries(Object.entries(trend).map(([name, value]) => [`factors.apiTrend.${name}`, value])),
    "bands.healthy": 200,
    "bands.atRisk": 40,
    missingPolicy: "neutral",
    coverageFloor: 25,
  });
}

for (const [name, path, message] of PAGES) {
  // The message comes each time the page is opened.
  const console = message ? [message, message] : [];
  story(`${name}: no violation, light and dark, wide and narrow`, { app: small, console }, ({ page, open }) => assertAccessible(page, open, path));
}

story("the first-run page: no violation, light and dark, wide and narrow", { app: empty }, ({ page, open }) => assertAccessible(page, open, "/"));

story("the demo portfolio fits screens from 390 to 1440 pixels, and names stay readable", { app: demo }, async ({ page, api, open }) => {
  const { items } = await api.get("/customers?page_size=60");
  const one = new Map(items.map(({ customer, health }) => [health.band, `/customers/${customer.id}`]));
  for (const path of ["/", ...one.values()]) {
    await open(path);
    for (const width of [390, 720, 768, 800, 860, 961, 1024, 1301, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      assert.deepEqual(await overflowing(page), [], `${path} at ${width} pixels`);
      const names = await page.locator(".customers .col-name").evaluateAll((cells) => cells.map((cell) => cell.offsetWidth));
      assert.ok(Math.min(...names.filter(Boolean), 1440) > 120, `${path} at ${width} pixels: a name has ${Math.min(...names)} pixels`);
    }
  }
});

story("at 200 % zoom no page can be scrolled sideways", { app: demo, viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 }, async ({ page, open }) => {
  for (const path of ["/", "/?renewal=next_90", "/today", "/customers/1", "/customers/1/events/new", "/scorecard", "/import", "/help", "/customers/chosen?id=1,2"]) {
    await open(path);
    assert.deepEqual(await overflowing(page), [], path);
  }
});

for (const viewport of [WIDE, NARROW]) {
  story(`chosen customers, renewals and sheets at ${viewport.width}: no violation`, { app: small, viewport }, async ({ page, open }) => {
    await open("/?renewal=next_90");
    await page.getByRole("checkbox", { name: "Choose Acme" }).check();
    await page.getByRole("button", { name: "Set owner" }).waitFor();
    await assertNoViolations(page, "the bar");
    assert.deepEqual(await overflowing(page), []);
    await page.getByRole("button", { name: "Set owner" }).click();
    await page.getByRole("dialog").waitFor();
    await assertNoViolations(page, "the question");
    await page.keyboard.press("Escape");
    if (viewport === NARROW) {
      await page.getByRole("button", { name: "Filters · 1" }).click();
      await page.getByRole("combobox", { name: "Segment" }).waitFor();
      await assertNoViolations(page, "the filters");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "More", exact: true }).click();
      await page.getByRole("link", { name: "Help", exact: true }).waitFor();
      await assertNoViolations(page, "the other places");
    } else {
      await page.getByText("Columns", { exact: true }).click();
      await assertNoViolations(page, "the columns");
    }
  });
}

story("rules whose effect is being measured: no violation", { app: small }, async ({ page, open }) => {
  let measure;
  const held = new Promise((resolve) => (measure = resolve));
  await page.route("**/app/measure_portfolio", (route) => held.then(() => route.continue()));
  await open("/scorecard");
  await page.getByText("Measuring …").waitFor();
  await assertNoViolations(page);
  measure();
  await settled(page);
});

story("a refused form, a message and a dialog: no violation", async ({ page, api, open }) => {
  const { id } = await api.acme();
  await open(`/customers/${id}/events/new?log=feature_use`);
  await page.getByRole("button", { name: "Log feature use" }).click();
  await page.getByText("is required").waitFor();
  await assertNoViolations(page);
  await page.getByRole("combobox", { name: "Feature" }).fill("dashboards");
  await page.getByRole("button", { name: "Log feature use" }).click();
  await page.getByRole("button", { name: "Undo" }).waitFor();
  await assertNoViolations(page);
  await open(`/customers/${id}`);
  await page.getByText("Archive", { exact: true }).click();
  await page.getByRole("dialog").waitFor();
  await assertNoViolations(page);
});

story("the search everywhere and the list of keys: no violation", { app: small }, async ({ page, open }) => {
  await open("/help");
  await page.keyboard.press("Control+k");
  await page.getByRole("option").first().waitFor();
  await assertNoViolations(page, "the search");
  await page.keyboard.type("acme");
  await page.getByRole("option", { name: /Acme/, selected: true }).waitFor();
  await assertNoViolations(page, "what it found");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await page.keyboard.press("?");
  await page.getByRole("checkbox").waitFor();
  await assertNoViolations(page, "the list of keys");
});
