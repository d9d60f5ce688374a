// Open pages follow what others do: facts come in over the REST API, and nobody reloads.

import assert from "node:assert/strict";
import { features, invoice, tickets } from "./lib/facts.mjs";
import { factorRow } from "./lib/forms.mjs";
import { list, rowNames } from "./lib/list.mjs";
import { painted, story } from "./lib/story.mjs";

const status = (page, words) => page.getByRole("banner").getByText(words).waitFor();
const row = (page, name) => list(page).getByRole("row").filter({ has: page.getByRole("link", { name, exact: true }) });
const score = (page, points) => page.locator(".standing__score").getByText(points, { exact: true }).waitFor();
const send = (api, id, ...events) => Promise.all(events.map((event) => api.post(`/customers/${id}/events`, event)));

/** Fails when the page was loaded again since. */
async function neverReloaded(page) {
  await page.evaluate(() => (window.sameDocument = true));
  return async () => assert.ok(await page.evaluate(() => window.sameDocument), "the page was reloaded");
}

/** Pretends that the tab is in the background, or in front again. */
const showTab = (page, state) =>
  page.evaluate((state) => {
    Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, state);

story("the portfolio follows: rows move, figures change, the focus stays on its customer", async ({ page, api, open }) => {
  const acme = await api.acme();
  await api.customer({ name: "Bolt" }, features("a", "b", "c", "d", "e"), tickets(1));
  await open("/");
  await status(page, "Live");
  const check = await neverReloaded(page);
  assert.deepEqual(await rowNames(page), ["Bolt", "Acme"]);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const focused = () => page.evaluate(() => document.activeElement.innerText);
  assert.equal(await focused(), "Acme");

  await send(api, acme.id, ...tickets(10).slice(2).map((ticket) => ({ ...ticket, subject: "Down again" })));
  await row(page, "Acme").getByText("52.5", { exact: true }).waitFor();
  assert.deepEqual(await rowNames(page), ["Acme", "Bolt"]);
  const { mean } = await api.get("/portfolio");
  await page.locator(".mean__score").getByText(mean.score.toFixed(1), { exact: true }).waitFor();
  await page.waitForFunction(() => document.activeElement.innerText === "Acme");

  await api.customer({ name: "Cedar" });
  await row(page, "Cedar").waitFor();
  await api.post(`/customers/${acme.id}/archive`, { reason: "churned" });
  await row(page, "Acme").waitFor({ state: "detached" });
  await check();
});

story("a customer's page follows, and what is being typed, opened or asked stays", async ({ page, api, open }) => {
  const { id } = await api.acme();
  await api.customer({ name: "Bolt" });
  await api.post(`/customers/${id}/notes`, { author: "Ann", text: "First call" });
  await send(api, id, invoice("B-1", -20));
  await open(`/customers/${id}`);
  await status(page, "Live");
  const check = await neverReloaded(page);
  await score(page, "68.5");

  const why = factorRow(page, "Support load").getByText("Why it is measured this way");
  await why.click();
  await page.getByRole("button", { name: "Log login" }).waitFor();
  const first = page.getByRole("listitem").filter({ hasText: /^\d\d:\d\d.*Retract/ }).first();
  const asked = await first.getAttribute("id");
  await first.getByRole("link", { name: "Retract" }).click();
  const reason = page.locator(`#${asked}`).getByLabel("Reason");
  await reason.fill("Sent by mistake");
  const note = page.locator(".note", { hasText: "First call" });
  await note.getByText("Delete this note").click();
  const bill = page.getByRole("row", { name: /B-1/ });
  await bill.locator("summary").click();
  await bill.getByLabel("Paid on").fill("2026-01-02");
  await page.getByLabel("Note", { exact: true }).fill("Half a thought");
  const day = page.getByLabel("Pick a day in the chart, or by date");
  await day.fill("2026-01-03");
  const who = page.getByLabel("Who logged in");
  await who.fill("maria");
  const height = () => who.evaluate((field) => Math.round(field.getBoundingClientRect().top));
  const before = await height();

  await send(api, id, { kind: "support_ticket", subject: "It is slow" }, invoice("C-1", -30));
  await api.post(`/customers/${id}/notes`, { author: "Bob", text: "Second call" });
  await score(page, "66.5");
  await page.getByText("It is slow").first().waitFor();
  await page.getByRole("row", { name: /C-1/ }).waitFor();
  await page.locator(".note", { hasText: "Second call" }).waitFor();

  assert.equal(await reason.inputValue(), "Sent by mistake");
  assert.equal(await bill.getByLabel("Paid on").inputValue(), "2026-01-02");
  assert.equal(await day.inputValue(), "2026-01-03");
  assert.ok(await note.locator("details", { hasText: "Delete this note" }).evaluate((details) => details.open));
  assert.equal(await page.locator(".note details[open], .invoices details[open]").count(), 2, "nothing else has opened");
  assert.equal(await page.getByLabel("Note", { exact: true }).inputValue(), "Half a thought");
  assert.equal(await who.inputValue(), "maria");
  assert.ok(await who.evaluate((field) => document.activeElement === field), "the focus stays in the field");
  assert.ok(await why.evaluate((summary) => summary.parentElement.open));
  // The browser keeps it where it was, a frame at a time.
  await painted(page);
  assert.ok(Math.abs((await height()) - before) < 100, `the field stays in sight: it was at ${before}, is at ${await height()}`);
  await api.patch(`/customers/${id}`, { name: "Acme Group", version: 1 });
  await page.getByRole("heading", { name: "Acme Group", level: 1 }).waitFor();
  assert.equal(await who.inputValue(), "maria");
  await check();

  await page.getByRole("button", { name: "Log login" }).click();
  await page.getByRole("status").filter({ hasText: "Login logged" }).waitFor();
});

story("a past day stands still and says nothing about being live", async ({ page, api, open }) => {
  const { id } = await api.acme();
  await open(`/customers/${id}?as_of=${new Date(Date.now() - 5 * 86_400_000).toISOString().slice(0, 10)}`);
  assert.equal(await page.locator(".live").isVisible(), false);
  await page.getByRole("link", { name: "Back to today" }).click();
  await status(page, "Live");
  await send(api, id, ...features("x", "y"));
  await score(page, "78.5");
});

story(
  "a server that ends is not held back by open pages; they reconnect and catch up",
  { unavoidable: /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET/ },
  async ({ page, context, api, app, open }) => {
    const { id } = await api.acme();
    await open("/");
    await status(page, "Live");
    const check = await neverReloaded(page);
    const detail = await context.newPage();
    await detail.goto(`/customers/${id}`);
    await status(detail, "Live");
    await detail.getByLabel("Note", { exact: true }).fill("Half a thought");

    assert.equal(await app.end(10_000), 0, "it ends by itself, and soon");
    await status(page, "Reconnecting…");
    await row(page, "Acme").getByText("68.5", { exact: true }).waitFor();
    await app.start();
    await send(api, id, ...features("x", "y"));
    await row(page, "Acme").getByText("78.5", { exact: true }).waitFor();
    await status(page, "Live");
    await score(detail, "78.5");
    assert.equal(await detail.getByLabel("Note", { exact: true }).inputValue(), "Half a thought");
    await check();
  },
);

story("seven windows load, follow and answer, though a browser opens six connections", async ({ page, context, api, open }) => {
  const { id } = await api.acme();
  const pages = [page, ...(await Promise.all(Array.from({ length: 6 }, () => context.newPage())))];
  for (const window of pages) {
    await window.goto("/", { timeout: 10_000 });
    await status(window, "Live");
  }
  await send(api, id, ...features("x", "y"));
  await Promise.all(pages.map((window) => row(window, "Acme").getByText("78.5", { exact: true }).waitFor()));
  await list(page).getByRole("link", { name: "Acme" }).click();
  await score(page, "78.5");
  await open("/help");
});

story("the stream outlives the window that opened it", async ({ page, context, api, open }) => {
  const { id } = await api.acme();
  const other = await context.newPage();
  await other.goto("/");
  await status(other, "Live");
  await open(`/customers/${id}`);
  await status(page, "Live");
  await other.close();
  await send(api, id, ...features("x", "y"));
  await score(page, "78.5");
});

story("a browser without shared workers follows as well", async ({ page, context, api, open }) => {
  const { id } = await api.acme();
  await context.addInitScript(() => delete window.SharedWorker);
  await open(`/customers/${id}`);
  await status(page, "Live");
  await send(api, id, ...features("x", "y"));
  await score(page, "78.5");
});

story("a customer's page is not read again for the sake of others", async ({ page, context, api, open }) => {
  const { id } = await api.acme();
  const bolt = await api.customer({ name: "Bolt" });
  await open(`/customers/${id}`);
  await status(page, "Live");
  const portfolio = await context.newPage();
  await portfolio.goto("/");
  await status(portfolio, "Live");
  let read = 0;
  page.on("request", (request) => request.url().includes("load_customer_page") && (read += 1));
  await send(api, bolt.id, ...features("a", "b", "c", "d", "e"), tickets(1)[0]);
  await row(portfolio, "Bolt").getByText("nothing received yet").waitFor({ state: "detached" });
  assert.equal(read, 0);
  await send(api, id, ...features("x", "y"));
  await score(page, "78.5");
  assert.ok(read > 0);
});

story("a tab in the background has no stream and catches up when it is seen", async ({ page, context, api, open }) => {
  const { id } = await api.acme();
  await open("/");
  await status(page, "Live");
  const other = await context.newPage();
  await other.goto("/");
  await status(other, "Live");
  await showTab(page, "hidden");
  await send(api, id, ...features("x", "y"));
  await row(other, "Acme").getByText("78.5", { exact: true }).waitFor();
  assert.equal(await row(page, "Acme").getByText("68.5", { exact: true }).count(), 1);
  await showTab(page, "visible");
  await row(page, "Acme").getByText("78.5", { exact: true }).waitFor();
});
