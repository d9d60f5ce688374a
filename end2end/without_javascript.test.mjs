// Everything works with JavaScript off: links, filters and forms are real ones.

import assert from "node:assert/strict";
import { daysAgo, invoice } from "./lib/facts.mjs";
import { factorRow, form, toast } from "./lib/forms.mjs";
import { expectCount, list, rowNames } from "./lib/list.mjs";
import { refused, sharedApp, story } from "./lib/story.mjs";

const javaScriptEnabled = false;

const few = sharedApp({}, async (api) => {
  await api.acme({ owner: "Ann Lee", segment: "Enterprise" });
  for (let number = 1; number <= 30; number++) await api.customer({ name: `Number ${String(number).padStart(2, "0")}` });
});

story("the list is searched, filtered, sorted and paged without JavaScript", { app: few, javaScriptEnabled }, async ({ page, open }) => {
  await open("/?page_size=25");
  await page.getByText("1 to 25 of 31 customers").waitFor();
  await page.getByRole("link", { name: "Next", exact: true }).click();
  await page.getByText("26 to 31 of 31 customers").waitFor();

  await page.getByRole("searchbox", { name: /Search customers/ }).fill("number 1");
  await page.getByRole("button", { name: "Apply" }).click();
  await expectCount(page, 10);
  assert.equal(await page.getByRole("searchbox", { name: /Search customers/ }).inputValue(), "number 1");
  await page.getByTitle("Sort by name").click();
  await page.waitForURL(/sort=name/);
  await page.getByTitle("Sort by name").click();
  await page.waitForURL(/direction=desc/);
  assert.equal((await rowNames(page))[0], "Number 19");
  await page.getByRole("link", { name: "Clear all" }).or(page.getByRole("link", { name: /number 1/ })).first().click();
  await expectCount(page, 31);

  await page.getByRole("combobox", { name: "Segment" }).selectOption("Enterprise");
  await page.getByRole("combobox", { name: "Owner" }).selectOption("Ann Lee");
  await page.getByRole("button", { name: "Apply" }).click();
  await expectCount(page, 1);
  await list(page).getByRole("link", { name: "Acme" }).click();
  await page.getByRole("heading", { name: "Acme", level: 1 }).waitFor();
});

story("a customer's page is complete without JavaScript", { app: few, javaScriptEnabled }, async ({ page, open }) => {
  await open("/customers/1");
  for (const [name, score] of Object.entries({
    "Login frequency": "50.0",
    "Feature adoption": "60.0",
    "Support load": "80.0",
    "Invoice timeliness": "100.0",
    "API trend": "50.0",
  })) {
    await factorRow(page, name).getByText(`${score} of 100`).waitFor();
  }
  await page.getByRole("navigation", { name: "Length of the history" }).getByRole("link", { name: "30 days" }).click();
  await page.waitForURL(/days=30/);
  await page.getByLabel(/by date/).fill(daysAgo(7));
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByText(/As of .* 7 days ago/).or(page.getByText(/As of .*1 week ago/)).waitFor();
  await factorRow(page, "Login frequency").getByText("20.0 of 100").waitFor();
  await page.getByRole("navigation", { name: "Kinds of events" }).getByRole("link", { name: "Login" }).click();
  await page.getByText("10 events of this kind").waitFor();
});

story("an event is logged, undone and logged again without JavaScript", { javaScriptEnabled }, async ({ page, api, open }) => {
  const { id } = await api.acme();
  await open(`/customers/${id}/events/new`);
  await page.getByLabel("Who logged in").fill("maria");
  await page.getByRole("button", { name: "Log login" }).click();
  await toast(page, "Login logged. Score 68.5 → 69.8");
  await page.getByRole("button", { name: "Undo" }).click();
  await toast(page, "Login retracted. Score 69.8 → 68.5");
  await page.getByRole("button", { name: "Log login" }).click();
  await toast(page, "Login logged. Score 68.5 → 69.8");
  await page.reload();
  assert.equal(await page.getByText("Login logged").count(), 0, "the message is told once");
  assert.equal((await api.health(id)).factors.loginFrequency.score, 55);
});

story("a double click without JavaScript logs one event", { javaScriptEnabled }, async ({ page, api, open }) => {
  const { id } = await api.acme();
  await open(`/customers/${id}/events/new?log=api_call`);
  await page.getByLabel("How many calls").fill("50");
  await page.getByRole("button", { name: "Log API calls" }).dblclick();
  await toast(page, /API calls (logged|was logged already|were logged already)/);
  const { items } = await api.get(`/customers/${id}/events?kind=api_call`);
  assert.deepEqual(items.map((event) => event.count), [50, 100, 100]);
});

story("a refused form comes back with its errors and its values without JavaScript", { javaScriptEnabled, console: [refused(422)] }, async ({ page, api, open }) => {
  const { id } = await api.acme();
  await open(`/customers/${id}/events/new?log=invoice_issued`);
  const entry = form(page, "Log invoice");
  await entry.getByLabel("Invoice number").fill("A-9");
  await entry.getByLabel("Amount").fill("a lot");
  await entry.getByLabel("Due on").fill(daysAgo(-30));
  await entry.getByRole("button").click();
  await page.getByText("must be an amount, such as 1,234.50").waitFor();
  assert.equal(await entry.getByLabel("Amount").inputValue(), "a lot");
  assert.equal(await entry.getByLabel("Invoice number").inputValue(), "A-9");
  assert.equal(await entry.getByLabel("Due on").inputValue(), daysAgo(-30));
  await entry.getByLabel("Amount").fill("100");
  await entry.getByRole("button").click();
  await toast(page, "Invoice logged");
});

story(
  "a refused note keeps a text of any length without JavaScript",
  { app: few, javaScriptEnabled, console: [refused(422), refused(422), refused(422), refused(413)] },
  async ({ page, open }) => {
    await open("/customers/1?days=30");
    const note = form(page, "Add note");
    for (const text of ["Call them back. ".repeat(300).trim(), "Перезвонить им завтра. ".repeat(200).trim(), "</textarea>&amp;🦀".repeat(200)]) {
      await note.getByLabel("Note", { exact: true }).fill(text);
      await note.getByLabel("Your name").fill("");
      await note.getByRole("button").click();
      await note.getByText("is required").waitFor();
      assert.equal(await note.getByLabel("Note", { exact: true }).inputValue(), text);
      assert.ok(await note.getByText("is required").isVisible());
      assert.match(page.url(), /\/customers\/1\?days=30#note-1$/);
    }
    // More than a form may hold: the text is where it was typed.
    await open("/customers/1");
    await note.getByLabel("Note", { exact: true }).evaluate((field) => field.removeAttribute("maxlength"));
    await note.getByLabel("Note", { exact: true }).fill("ж".repeat(20_000));
    await note.getByLabel("Your name").fill("Ann Lee");
    await note.getByRole("button").click();
    await page.getByText("Nothing was changed. Your browser's Back button returns to what you entered.").waitFor();
    await page.goBack();
    assert.equal((await note.getByLabel("Note", { exact: true }).inputValue()).length, 20_000);
  },
);

story("a customer is created, edited, archived and restored without JavaScript", { javaScriptEnabled, console: [refused(422)] }, async ({ page, api, open }) => {
  await open("/customers/new");
  await page.getByRole("button", { name: "Create customer" }).click();
  await page.getByText("is required").first().waitFor();
  await page.getByLabel("Name", { exact: true }).fill("Acme");
  await page.getByLabel("Segment").selectOption("Startup");
  await page.getByRole("button", { name: "Create customer" }).click();
  await toast(page, "Acme created");
  await page.getByRole("link", { name: "Edit" }).click();
  assert.equal(await page.getByLabel("Segment").inputValue(), "Startup");
  await page.getByLabel("Owner").fill("Ann Lee");
  await page.getByRole("button", { name: "Save changes" }).click();
  await toast(page, "Acme saved");
  await page.getByText("Ann Lee", { exact: true }).waitFor();
  await page.getByRole("link", { name: "Archive" }).click();
  await page.getByLabel("Why?", { exact: true }).selectOption("Duplicate");
  await page.getByRole("button", { name: "Archive customer" }).click();
  await toast(page, "Acme archived");
  assert.equal((await api.get("/customers")).total, 0);
  await page.getByRole("button", { name: "Restore" }).click();
  await toast(page, "Acme restored");
  assert.equal((await api.get("/customers")).total, 1);
});

story("notes, retraction and payments work without JavaScript", { javaScriptEnabled }, async ({ page, api, open }) => {
  const { id } = await api.acme();
  await api.post(`/customers/${id}/events`, invoice("A-3"));
  await open(`/customers/${id}`);
  await page.getByLabel("Note", { exact: true }).fill("Champion left");
  await page.getByLabel("Your name").fill("Ann Lee");
  await page.getByRole("button", { name: "Add note" }).click();
  await toast(page, "Note added");
  await page.locator(".note__text", { hasText: "Champion left" }).waitFor();

  await page.getByRole("link", { name: /Retract.*ada logged in/ }).first().click();
  await page.getByRole("textbox", { name: "Reason" }).fill("Logged twice");
  await page.getByRole("button", { name: "Retract event" }).click();
  await toast(page, "Login retracted");
  await page.getByText("Retracted: Logged twice").waitFor();

  await page.getByText("Mark as paid: A-3").click();
  await form(page, "Mark as paid").getByLabel("Paid on").fill(daysAgo(31));
  await page.getByRole("button", { name: "Mark as paid" }).click();
  await toast(page, "Payment logged");
  assert.equal((await api.health(id)).factors.invoiceTimeliness.score, 100);
});

story("the theme and “my customers” are remembered without JavaScript", { app: few, javaScriptEnabled }, async ({ page, open }) => {
  await open("/");
  await page.getByRole("button", { name: "Theme: dark" }).click();
  await page.locator('html[data-theme="dark"]').waitFor();
  await page.getByText("My customers").click();
  await page.getByRole("button", { name: "Ann Lee" }).click();
  await page.getByRole("link", { name: "My customers" }).click();
  await expectCount(page, 1);
  await page.locator('html[data-theme="dark"]').waitFor();
});
