// What surrounds the customers: first run, unknown addresses, theme, help, API documentation, moving between pages.

import assert from "node:assert/strict";
import { list } from "./lib/list.mjs";
import { refused, sharedApp, story } from "./lib/story.mjs";

const demo = sharedApp({ demo: true });

story("an empty portfolio shows how to begin, and begins", async ({ page, api, open }) => {
  await open("/");
  await page.getByRole("heading", { name: "No customers yet" }).waitFor();
  const commands = (await page.locator("pre").allInnerTexts()).join("\n");
  assert.match(commands, /customer-health demo/);
  assert.match(commands, /curl .*\/api\/customers\/1\/events/);
  assert.equal(await page.getByRole("table").filter({ visible: true }).count(), 0);
  await api.customer({ name: "Acme" });
  await page.reload();
  await list(page).getByRole("link", { name: "Acme" }).waitFor();
});

story("no page asks for more than a dozen files", { app: demo }, async ({ page, open }) => {
  for (const path of ["/", "/today", "/month", "/backtest", "/customers/1", "/customers/new", "/scorecard", "/help"]) {
    await open(path);
    const files = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname).filter((path) => path.startsWith("/assets/")));
    assert.ok(files.length > 0 && files.length <= 12, `${path}: ${files.join(" ")}`);
  }
});

story("an unknown address is a 404 that leads back", { console: [refused(404)] }, async ({ page, open }) => {
  const answer = await open("/nothing/here");
  assert.equal(answer.status(), 404);
  await page.getByRole("heading", { name: "There is nothing at this address" }).waitFor();
  assert.match(await page.title(), /^Not found/);
  await page.getByRole("link", { name: "Go to the portfolio" }).click();
  await page.getByRole("heading", { name: "No customers yet" }).waitFor();
});

story("the theme follows the system until somebody chooses one, which is remembered", { app: demo, colorScheme: "dark" }, async ({ page, context, open }) => {
  const shown = (theme) =>
    page.waitForFunction((theme) => {
      const [red] = getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g);
      return theme === (red < 64 ? "dark" : red > 224 ? "light" : "neither");
    }, theme);
  await open("/help");
  await shown("dark");
  await page.emulateMedia({ colorScheme: "light" });
  await shown("light");

  const saved = page.waitForResponse(/set_preference/);
  await page.getByRole("button", { name: "Theme: dark" }).click();
  await page.locator('html[data-theme="dark"]').waitFor();
  await saved;
  await shown("dark");
  const another = await context.newPage();
  await another.goto("/");
  assert.equal(await another.locator("html").getAttribute("data-theme"), "dark");
  assert.equal(await another.getByRole("button", { name: "Theme: dark" }).getAttribute("aria-pressed"), "true");
});

story("where motion is to be reduced, colours change at once", { app: demo, reducedMotion: "reduce" }, async ({ page, open }) => {
  await open("/");
  const moving = await page.evaluate(() => {
    document.documentElement.dataset.theme = "dark";
    return document.getAnimations().filter((animation) => animation instanceof CSSTransition).length;
  });
  assert.equal(moving, 0);
});

story("every place of the rail opens without a reload, and is marked as the current one", { app: demo }, async ({ page, open }) => {
  await open("/");
  await page.evaluate(() => (window.loadedOnce = true));
  const rail = page.getByRole("navigation", { name: "Main" });
  for (const [place, heading] of [
    ["Add customer", "Add customer"],
    ["Log event", "Log an event"],
    ["Help", "Help"],
    ["Portfolio", /ARR is not healthy/],
  ]) {
    await rail.getByRole("link", { name: place }).click();
    await page.getByRole("heading", { name: heading, level: 1 }).waitFor({ state: "attached" });
    await rail.locator('[aria-current="page"]').filter({ hasText: place }).waitFor();
  }
  assert.ok(await page.evaluate(() => window.loadedOnce), "the page was not loaded again");
});

story("the demo portfolio opens customer by customer without a message", { app: demo }, async ({ page, api, open }) => {
  const { items } = await api.get("/customers?page_size=60");
  const one = new Map(items.map(({ customer, health }) => [health.band, customer]));
  assert.deepEqual([...one.keys()].sort(), ["at_risk", "churn_risk", "healthy", "no_data"]);
  for (const customer of one.values()) {
    await open("/?page_size=100");
    await list(page).getByRole("link", { name: customer.name, exact: true }).click();
    await page.getByRole("heading", { name: customer.name, level: 1 }).waitFor();
    await page.goBack();
    await list(page).getByRole("link", { name: customer.name, exact: true }).waitFor();
    await open(`/customers/${customer.id}`);
    await page.getByRole("heading", { name: customer.name, level: 1 }).waitFor();
  }
});

story("the help explains every factor", { app: demo }, async ({ page, open }) => {
  await open("/help");
  for (const factor of ["Login frequency", "Feature adoption", "Support load", "Invoice timeliness", "API trend"]) {
    await page.getByRole("heading", { name: factor }).waitFor();
  }
});

story("the API documentation loads from this server alone", { app: demo, javaScriptEnabled: true }, async ({ page, app }) => {
  const elsewhere = [];
  page.on("request", (request) => request.url().startsWith(app.url) || request.url().startsWith("data:") || elsewhere.push(request.url()));
  await page.goto("/api/docs");
  await page.getByText("/api/customers/{id}/health").first().waitFor();
  assert.deepEqual(elsewhere, []);
});
