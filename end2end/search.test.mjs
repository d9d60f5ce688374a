// Search everywhere: customers, pages and actions from any page, by keys alone; and a plain form without JavaScript.

import assert from "node:assert/strict";
import { expectCount, list } from "./lib/list.mjs";
import { sharedApp, story } from "./lib/story.mjs";

const some = sharedApp({}, async (api) => {
  await api.five();
  for (let number = 1; number <= 9; number++) await api.customer({ name: `Number ${number}`, externalId: `n-${number}` });
});

const dialog = (page) => page.getByRole("dialog", { name: "Search everywhere" });
const field = (page) => dialog(page).getByRole("combobox", { name: "Search customers, pages and actions" });
const options = (page) => dialog(page).getByRole("option");
const words = async (locator) => (await locator.innerText()).replace(/\s+/g, " ").trim();

/** The option that the field names as the active one, once it is this one; it must be the only one selected. */
async function expectChosen(page, name) {
  const option = dialog(page).getByRole("option", { name, selected: true });
  await option.waitFor();
  assert.equal(await dialog(page).getByRole("option", { selected: true }).count(), 1);
  assert.equal(await field(page).getAttribute("aria-activedescendant"), await option.getAttribute("id"));
}

async function searchFor(page, text) {
  await page.keyboard.press("Control+k");
  await dialog(page).waitFor();
  await page.keyboard.type(text);
}

story("Ctrl+K, Cmd+K and slash search from any page, and Escape returns the focus", { app: some }, async ({ page, open }) => {
  for (const [path, key] of [["/help", "Control+k"], ["/customers/1", "Meta+k"], ["/scorecard", "/"], ["/", "/"]]) {
    await open(path);
    const before = page.getByRole("navigation", { name: "Main" }).getByRole("link").first();
    await before.focus();
    await page.keyboard.press(key);
    await dialog(page).waitFor();
    assert.ok(await field(page).evaluate((field) => field === document.activeElement), path);
    assert.equal(await field(page).inputValue(), "", "the key is no text");
    assert.equal(await field(page).getAttribute("aria-expanded"), "true");
    await page.keyboard.press("Escape");
    await dialog(page).waitFor({ state: "hidden" });
    assert.ok(await before.evaluate((link) => link === document.activeElement), path);
  }
});

story("a slash that is text stays text, Ctrl+K searches from a field as well", { app: some }, async ({ page, open }) => {
  await open("/customers/new");
  const name = page.getByRole("textbox", { name: "Name" });
  await name.focus();
  await page.keyboard.type("A/B");
  assert.equal(await name.inputValue(), "A/B");
  await page.keyboard.press("Control+k");
  await dialog(page).waitFor();
});

story("a customer is found by name and by external id, and Enter goes there", { app: some }, async ({ page, open }) => {
  await open("/help");
  await searchFor(page, "acme");
  await expectChosen(page, /Acme/);
  assert.equal(await words(options(page).first()), "Acme crm-17 Enterprise 68.5 At risk");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Acme", level: 1 }).waitFor();
  await dialog(page).waitFor({ state: "hidden" });

  await searchFor(page, "N-7");
  await expectChosen(page, /Number 7/);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Number 7", level: 1 }).waitFor();
});

story("Enter that comes before the answer waits for it", { app: some }, async ({ page, open }) => {
  await open("/help");
  await searchFor(page, "bolt");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Bolt", level: 1 }).waitFor();
});

story("arrows walk all that is offered, and around", { app: some }, async ({ page, open }) => {
  await open("/help");
  await searchFor(page, "number");
  await expectChosen(page, /Number 1/);
  assert.equal(await options(page).count(), 8, "seven customers, and the way to all of them");
  await page.keyboard.press("ArrowUp");
  await expectChosen(page, "All 9 customers in the list");
  await page.keyboard.press("ArrowDown");
  await expectChosen(page, /Number 1/);
  await page.keyboard.press("ArrowDown");
  await expectChosen(page, /Number 2/);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await page.waitForURL(/search=number/);
  await expectCount(page, 9);
});

story("pages and actions are found by their words", { app: some }, async ({ page, open }) => {
  await open("/");
  await searchFor(page, "scorec");
  await expectChosen(page, "Scoring");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Scoring", level: 1 }).waitFor();

  await searchFor(page, "new cust");
  await expectChosen(page, "Add a customer");
  await page.keyboard.press("Enter");
  await page.waitForURL(/customers\/new$/);

  await searchFor(page, "theme dark");
  await expectChosen(page, "Theme: dark");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");

  await searchFor(page, "shortcuts");
  await expectChosen(page, "Keyboard shortcuts");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
});

story("everything that can be chosen is seen, however far the list goes", { app: some, viewport: { width: 800, height: 420 } }, async ({ page, open }) => {
  await open("/help");
  await page.keyboard.press("Control+k");
  await options(page).first().waitFor();
  const count = await options(page).count();
  assert.ok(count > 10);
  for (const key of ["ArrowUp", ...Array(count).fill("ArrowDown")]) {
    await page.keyboard.press(key);
    const chosen = dialog(page).getByRole("option", { selected: true });
    const [option, shown] = await Promise.all([chosen.boundingBox(), dialog(page).getByRole("listbox").boundingBox()]);
    assert.ok(option.y >= shown.y - 1 && option.y + option.height <= shown.y + shown.height + 1, await words(chosen));
  }
});

story("an answer that comes too late is dropped", { app: some }, async ({ page, open }) => {
  await open("/help");
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route(/search_customers.*acme/, async (route) => {
    await held;
    await route.continue();
  });
  const late = page.waitForRequest(/search_customers.*acme/);
  await searchFor(page, "acme");
  await late;
  await field(page).fill("bolt");
  await expectChosen(page, /Bolt/);
  const answered = page.waitForResponse(/search_customers.*acme/);
  release();
  await (await answered).finished();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await expectChosen(page, /Bolt/);
  assert.equal(await options(page).filter({ hasText: "Acme" }).count(), 0);
});

story("what nobody is called is said, also to those who cannot see it", { app: some }, async ({ page, open }) => {
  await open("/help");
  await searchFor(page, "zzz");
  await dialog(page).getByRole("status").filter({ hasText: "Nothing matches “zzz”." }).waitFor();
  assert.equal(await field(page).getAttribute("aria-expanded"), "false");
});

story("a click beside the dialog closes it, one on the entry in the top bar opens it", { app: some }, async ({ page, open }) => {
  await open("/help");
  await page.getByRole("banner").getByRole("link", { name: "Search" }).click();
  await field(page).fill("cedar");
  await options(page).filter({ hasText: "Cedar" }).waitFor();
  await page.mouse.click(20, 800);
  await dialog(page).waitFor({ state: "hidden" });
  await page.getByRole("banner").getByRole("link", { name: "Search" }).click();
  assert.equal(await field(page).inputValue(), "");
  await field(page).fill("cedar");
  await options(page).filter({ hasText: "Cedar" }).click();
  await page.getByRole("heading", { name: "Cedar", level: 1 }).waitFor();
});

story("without JavaScript the entry leads to a form that searches the list", { app: some, javaScriptEnabled: false }, async ({ page, open }) => {
  await open("/help");
  await page.getByRole("banner").getByRole("link", { name: "Search" }).click();
  await page.getByRole("textbox", { name: "Search customers" }).fill("number");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/\?search=number$/);
  await expectCount(page, 9);
  assert.ok(await list(page).isVisible());
});
