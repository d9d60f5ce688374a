// Choosing customers in the list, and changing them together.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { toast } from "./lib/forms.mjs";
import { expectCount, list, rowNames } from "./lib/list.mjs";
import { sharedApp, story } from "./lib/story.mjs";

const fill = async (api) => {
  for (const name of ["Acme", "Bolt", "Cedar", "Dune", "Early", "Fjord"]) await api.customer({ name, owner: "Ann Lee", arrCents: 1_000_000 });
};
const six = sharedApp({}, fill);

const box = (page, name) => page.getByRole("checkbox", { name: `Choose ${name}`, exact: true });
const bar = (page) => page.getByRole("form", { name: "Chosen customers" });
const expectChosen = (page, words) => bar(page).getByText(words).waitFor();
const chosenNames = async (page) =>
  (await list(page).getByRole("checkbox", { checked: true, name: /^Choose [A-Z]/ }).all()).length;

story("a click on a box chooses, Shift chooses a range, and the header all", { app: six }, async ({ page, open }) => {
  await open("/?sort=name");
  assert.ok(!(await bar(page).isVisible()), "nothing is chosen, and nothing asks");
  await box(page, "Bolt").click();
  await expectChosen(page, "1 chosen · $10.0k ARR");
  await box(page, "Early").click({ modifiers: ["Shift"] });
  await expectChosen(page, "4 chosen");
  assert.equal(await page.evaluate(() => String(getSelection())), "", "no text is marked");
  await box(page, "Cedar").click();
  await expectChosen(page, "3 chosen");
  await box(page, "all on this page").check();
  await expectChosen(page, "6 chosen");
  await bar(page).getByRole("button", { name: "Choose nobody" }).click();
  await bar(page).waitFor({ state: "hidden" });
  assert.equal(await chosenNames(page), 0);
});

story("the keyboard chooses: x or Space the row, Shift and an arrow the next one too", { app: six }, async ({ page, open }) => {
  await open("/?sort=name");
  await page.getByRole("searchbox").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await expectChosen(page, "1 chosen");
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Shift+ArrowDown");
  await expectChosen(page, "3 chosen");
  await page.keyboard.press("x");
  await expectChosen(page, "2 chosen");
  assert.equal(await page.locator(":focus").innerText(), "Cedar");
});

story("all customers on a filter are chosen at once, beyond the page, until the filter changes", { app: six }, async ({ page, open }) => {
  await open("/?sort=name&page_size=2&owner=Ann+Lee");
  await box(page, "Acme").click();
  await bar(page).getByRole("link", { name: "all 6 on this filter" }).click();
  await expectChosen(page, "6 chosen");
  await list(page).getByRole("link", { name: "Customer", exact: true }).click();
  await list(page).getByRole("link", { name: "Fjord" }).waitFor();
  await expectChosen(page, "6 chosen");
  assert.equal(await chosenNames(page), 2);
  await page.getByRole("combobox", { name: "Segment" }).selectOption("SMB");
  await bar(page).waitFor({ state: "hidden" });
});

story("a box that is checked before the page is hydrated counts", { app: six }, async ({ page }) => {
  await page.route(/\.wasm$/, async (route) => {
    await box(page, "Acme").check();
    await route.continue();
  });
  await page.goto("/?sort=name", { waitUntil: "commit" });
  await expectChosen(page, "1 chosen");
});

story("several customers get another owner, and with Undo their former one", async ({ page, api, open }) => {
  await fill(api);
  await open("/?sort=name");
  await box(page, "Acme").click();
  await box(page, "Cedar").click({ modifiers: ["Shift"] });
  await bar(page).getByRole("button", { name: "Set owner" }).click();
  const question = page.getByRole("dialog", { name: "Set the owner of 3 customers" });
  await question.getByText("Acme, Bolt and Cedar, $30.0k ARR").waitFor();
  await question.getByRole("combobox", { name: "Owner" }).fill("Bob Roy");
  await question.getByRole("button", { name: "Set the owner of 3 customers" }).click();
  await toast(page, "Owner of 3 customers set to Bob Roy");
  await bar(page).waitFor({ state: "hidden" });
  await list(page).getByText("Bob Roy").nth(2).waitFor();

  // Somebody else changes one of them before the change is undone.
  const { items } = await api.get("/customers?search=bolt");
  await api.patch(`/customers/${items[0].customer.id}`, { version: items[0].customer.version, segment: "Startup" });
  await page.getByRole("button", { name: "Undo" }).click();
  await toast(page, "Undone: 2 customers as before; changed meanwhile and left as they are: Bolt");
  await list(page).getByText("Bob Roy").nth(1).waitFor({ state: "detached" });
  assert.equal((await api.get("/customers?owner=Ann+Lee")).total, 5);
});

story("several customers are archived for a reason, and those that were changed meanwhile are named", async ({ page, api, open }) => {
  await fill(api);
  await open("/?sort=name");
  await box(page, "Dune").click();
  await box(page, "Early").click();
  await bar(page).getByRole("button", { name: "Archive" }).click();
  const question = page.getByRole("dialog", { name: "Archive 2 customers" });
  await question.getByRole("combobox", { name: "Why?" }).selectOption("Churned");
  await question.getByRole("button", { name: "Archive 2 customers" }).click();
  await toast(page, "2 customers archived");
  await expectCount(page, 4);
  assert.deepEqual(await rowNames(page), ["Acme", "Bolt", "Cedar", "Fjord"]);
});

story("the first question offers the segments of the rules in force", async ({ page, api, open }) => {
  await fill(api);
  const { scorecards } = await api.get("/rulebook");
  await api.post("/rulebooks", { version: 1, author: "Ann Lee", note: "Others", scorecards, segments: ["SMB", "Schools"] });
  await open("/?sort=name");
  await box(page, "Bolt").click();
  await bar(page).getByRole("button", { name: "Set segment" }).click();
  const segments = page.getByRole("dialog", { name: "Set the segment of 1 customer" }).getByRole("combobox", { name: "Segment" });
  await segments.waitFor();
  assert.deepEqual((await segments.getByRole("option").allInnerTexts()).slice(-2), ["SMB", "Schools"]);
});

story("the export has those that are chosen", { app: six }, async ({ page, open }) => {
  await open("/?sort=name");
  await box(page, "Bolt").click();
  await box(page, "Dune").click();
  const [download] = await Promise.all([page.waitForEvent("download"), bar(page).getByRole("button", { name: "Export CSV" }).click()]);
  const lines = (await readFile(await download.path(), "utf8")).trim().split("\n").slice(1);
  assert.deepEqual(lines.map((line) => line.split(",")[1]), ["Bolt", "Dune"]);
});

story("without JavaScript the boxes lead to a page that asks", { javaScriptEnabled: false }, async ({ page, api, open }) => {
  await fill(api);
  await open("/?sort=name&owner=Ann+Lee");
  await box(page, "Bolt").check();
  await box(page, "Dune").check();
  await page.getByRole("button", { name: "Set segment" }).click();
  await page.getByRole("heading", { name: "Set the segment of 2 customers" }).waitFor();
  await page.getByRole("combobox", { name: "Segment" }).selectOption("Enterprise");
  await page.getByRole("button", { name: "Set the segment of 2 customers" }).click();
  await toast(page, "Segment of 2 customers set to Enterprise");
  assert.ok(page.url().includes("/?owner=Ann+Lee&sort=name"));
  await page.getByRole("button", { name: "Undo" }).click();
  await toast(page, "Undone: 2 customers as before");
});
