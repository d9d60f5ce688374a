// What somebody types, chooses or sends while the page's WebAssembly is still on its way, as on a slow link.

import assert from "node:assert/strict";
import { form } from "./lib/forms.mjs";
import { expectCount } from "./lib/list.mjs";
import { refused, sharedApp, story } from "./lib/story.mjs";

const few = sharedApp({}, async (api) => {
  const { id } = await api.five();
  await api.post("/events", [{ customerId: id, kind: "logout" }]);
  await api.upload("people.csv", "company,segment,owner\nNew Co,SMB,Ann Lee\n");
});

/** Holds the WebAssembly back until the function that it returns is called, which waits until the page is hydrated. */
async function slowLink(page) {
  let arrive;
  const arrived = new Promise((resolve) => (arrive = resolve));
  await page.route(/\.wasm$/, async (route) => {
    await arrived;
    await route.continue();
  });
  return async () => {
    assert.equal(await page.locator("body[data-hydrated]").count(), 0, "the page was hydrated too early");
    arrive();
    await page.locator("body[data-hydrated]").waitFor();
  };
}

story("filters that are chosen before the page is hydrated are applied, all of them", { app: few }, async ({ page }) => {
  const arrive = await slowLink(page);
  await page.goto("/");
  await page.getByRole("combobox", { name: "Segment" }).selectOption("Enterprise");
  await page.getByRole("combobox", { name: "Owner" }).selectOption("Ann Lee");
  await page.getByRole("searchbox", { name: /Search customers/ }).fill("acm");
  assert.ok(await page.getByRole("button", { name: "Apply" }).isVisible());
  await arrive();
  await page.waitForURL((url) => ["segment=Enterprise", "owner=Ann+Lee", "search=acm"].every((part) => url.search.includes(part)));
  await expectCount(page, 1);
  assert.equal(await page.getByRole("combobox", { name: "Segment" }).inputValue(), "Enterprise");
  assert.equal(await page.getByRole("combobox", { name: "Owner" }).inputValue(), "Ann Lee");
  assert.equal(await page.getByRole("searchbox", { name: /Search customers/ }).inputValue(), "acm");
  assert.equal(await page.getByRole("button", { name: "Apply" }).isVisible(), false);
});

story("filters are applied by their button while the page is not hydrated", { app: few }, async ({ page }) => {
  const arrive = await slowLink(page);
  await page.goto("/");
  await page.getByRole("combobox", { name: "Segment" }).selectOption("Startup");
  await page.getByRole("button", { name: "Apply" }).click();
  await expectCount(page, 2);
  await page.getByRole("checkbox", { name: "Archived" }).check();
  await arrive();
  await page.waitForURL(/segment=Startup.*archived=true/);
  await page.getByText("No customer matches").waitFor();
});

// Another measure shows other fields, and one more factor is added, once the page is hydrated.
const CONTROLS = "main :is(input:not([type=hidden], [type=file]), select:not([name=add], [name$='.type']), textarea)";

/** Puts something else into a control; what it holds then. */
async function change(control) {
  const { tag, type, last } = await control.evaluate((element) => ({
    tag: element.tagName,
    type: element.type,
    last: [...(element.options ?? [])].findLast((option) => !option.selected)?.value,
  }));
  if (tag === "SELECT") await control.selectOption(last);
  else if (type === "checkbox") await control.click();
  else await control.fill({ date: "2026-01-02", "datetime-local": "2026-01-02T03:04" }[type] ?? "17");
  return held(control);
}

const held = (control) => control.evaluate((element) => (element.type === "checkbox" ? element.checked : element.value));

for (const path of [
  "/customers/new",
  "/customers/1",
  "/customers/1?retract=1",
  "/customers/1/edit",
  "/customers/1/events/new?log=support_ticket",
  "/customers/1/events/new?log=invoice_issued",
  "/events/new",
  "/scorecard",
  "/import",
  "/import/1",
  "/quarantine",
]) {
  story(`${path}: everything that was filled in before the page is hydrated stays`, { app: few }, async ({ page }) => {
    const arrive = await slowLink(page);
    await page.goto(path);
    await page.locator("main details").evaluateAll((all) => all.forEach((details) => (details.open = true)));
    const controls = page.locator(CONTROLS).filter({ visible: true });
    const before = [];
    for (const control of await controls.all()) before.push(await change(control));
    assert.ok(before.length > 0);
    await arrive();
    const after = [];
    for (const control of await controls.all()) after.push(await held(control));
    assert.deepEqual(after, before);
  });
}

story("a form that is sent and refused before the page is hydrated keeps its text", { app: few, console: [refused(422)] }, async ({ page }) => {
  const arrive = await slowLink(page);
  const text = "Позвонили, обещали ответить. ".repeat(150).trim();
  await page.goto("/customers/1?days=30");
  const note = form(page, "Add note");
  await note.getByLabel("Note", { exact: true }).fill(text);
  await note.getByRole("button").click();
  await note.getByText("is required").waitFor();
  assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, "/customers/1?days=30");
  await arrive();
  await note.getByText("is required").waitFor();
  assert.equal(await note.getByLabel("Note", { exact: true }).inputValue(), text);
  await note.getByLabel("Your name").fill("Ann Lee");
  await note.getByRole("button").click();
  await page.getByRole("region", { name: "Notes" }).locator(".note").filter({ hasText: text }).waitFor();
});
