// The forms that log events: each kind of event, what it does to its factor and to the score, and how it is retracted.

import assert from "node:assert/strict";
import { apiCalls, daysAgo, features, invoice, logins } from "./lib/facts.mjs";
import { factorRow, form, toast } from "./lib/forms.mjs";
import { painted, story } from "./lib/story.mjs";

/** Each begins with Acme at 68.5, and logs one event on the page that does nothing else. */
const EFFECTS = [
  {
    sentence: "a login raises the login frequency",
    tab: "Login",
    fields: { "Who logged in": "maria" },
    says: "Login logged. Score 68.5 → 69.8",
    factor: "loginFrequency",
    name: "Login frequency",
    scores: [50, 55],
  },
  {
    sentence: "a login before the window moves nothing, and the form says why",
    tab: "Login",
    fields: { "When, in UTC": `${daysAgo(40)}T09:00` },
    says: "Login logged. Score unchanged at 68.5: the day lies outside the 30 days that count",
    factor: "loginFrequency",
    name: "Login frequency",
    scores: [50, 50],
  },
  {
    sentence: "a feature that was not used before raises the feature adoption",
    tab: "Feature use",
    fields: { Feature: "dashboards" },
    says: "Feature use logged. Score 68.5 → 73.5",
    factor: "featureAdoption",
    name: "Feature adoption",
    scores: [60, 80],
  },
  {
    sentence: "a feature that was used already, in other letters, moves nothing",
    tab: "Feature use",
    fields: { Feature: " Reports " },
    says: "Feature use logged. Score unchanged at 68.5: reports was used in the last 90 days already, and each feature counts once",
    factor: "featureAdoption",
    name: "Feature adoption",
    scores: [60, 60],
  },
  {
    sentence: "API calls raise the API trend",
    tab: "API calls",
    fields: { "How many calls": "50" },
    says: "API calls logged. Score 68.5 → 71.0",
    factor: "apiTrend",
    name: "API trend",
    scores: [50, 75],
  },
  {
    sentence: "a support ticket lowers the support factor",
    tab: "Support ticket",
    fields: { Subject: "Export fails" },
    choices: { Priority: "High" },
    says: "Support ticket logged. Score 68.5 → 66.5",
    factor: "supportLoad",
    name: "Support load",
    scores: [80, 70],
  },
  {
    sentence: "an invoice that is not due yet moves nothing",
    tab: "Invoice",
    fields: { "Invoice number": "A-3", Amount: "1,200.50", "Due on": daysAgo(-30) },
    says: "Invoice logged. Score unchanged at 68.5: an invoice counts once it is paid or overdue",
    factor: "invoiceTimeliness",
    name: "Invoice timeliness",
    scores: [100, 100],
  },
  {
    sentence: "an invoice that was paid late lowers the timeliness",
    tab: "Invoice",
    fields: { "Invoice number": "A-3", Amount: "900", "Issued on": daysAgo(20), "Due on": daysAgo(10), "Paid on": daysAgo(2) },
    says: "Payment logged. Score 68.5 → 61.8",
    factor: "invoiceTimeliness",
    name: "Invoice timeliness",
    scores: [100, 66.7],
  },
];

for (const { sentence, tab, fields, choices = {}, says, factor, name, scores } of EFFECTS) {
  story(sentence, async ({ page, api, open }) => {
    const { id } = await api.acme();
    assert.equal((await api.health(id)).factors[factor].score, scores[0]);

    await open(`/customers/${id}/events/new`);
    await page.getByRole("link", { name: tab, exact: true }).click();
    const entry = form(page, /^Log /);
    for (const [label, text] of Object.entries(fields)) await entry.getByLabel(label).fill(text);
    for (const [label, choice] of Object.entries(choices)) await entry.getByLabel(label).selectOption(choice);
    await entry.getByRole("button").click();
    await toast(page, says);

    assert.equal((await api.health(id)).factors[factor].score, scores[1]);
    await page.getByRole("link", { name: "Acme" }).click();
    await factorRow(page, name).getByText(`${scores[1].toFixed(1)} of 100`).waitFor();
  });
}

story("a login beyond the target moves nothing, and the form says why", async ({ page, api, open }) => {
  const { id } = await api.customer({ name: "Busy" }, logins(20), features("a", "b", "c", "d", "e"));
  await open(`/customers/${id}/events/new`);
  await page.getByRole("button", { name: "Log login" }).click();
  await toast(page, "Score unchanged at 85.0: logins are at their target already");
});

story("the first event of a customer says what a score still needs", async ({ page, api, open }) => {
  const { id } = await api.customer({ name: "Fresh" });
  await open(`/customers/${id}/events/new?log=support_ticket`);
  await page.getByRole("button", { name: "Log support ticket" }).click();
  await toast(page, "Support ticket logged. No score yet: 20 % of the weight is measured, 25 % is needed");
  await page.getByRole("link", { name: "Login", exact: true }).click();
  await page.getByRole("button", { name: "Log login" }).click();
  await toast(page, /Login logged. First score: \d/);
});

story("a reading is logged, shown with the latest of its name, suggested, and taken back", async ({ page, api, open }) => {
  const { id } = await api.acme();
  const readings = page.getByRole("region", { name: "Readings" });
  await open(`/customers/${id}`);
  assert.equal(await readings.count(), 0, "nothing is shown where there are none");
  await page.getByRole("region", { name: "Log an event" }).getByRole("link", { name: "Reading" }).click();
  const entry = form(page, "Log reading");
  await entry.getByLabel("What was measured").fill(" Seats used ");
  await entry.getByLabel("Value").fill("1.2345");
  await entry.getByRole("button").click();
  await entry.getByText("must have at most 3 decimal places").waitFor();
  await entry.getByLabel("Value").fill("1,042.50");
  await entry.getByRole("button").click();
  await toast(page, "Reading logged. Score unchanged at 68.5: no factor counts such events");
  await readings.getByRole("row", { name: /^Seats used 1,042.5 / }).waitFor();
  await page.getByRole("region", { name: "Events" }).getByText("Seats used: 1,042.5", { exact: true }).waitFor();
  await entry.locator("datalist option[value='seats used']").waitFor({ state: "attached" });
  await page.getByRole("button", { name: "Undo" }).click();
  await toast(page, "Reading retracted. Score unchanged at 68.5");
  await readings.waitFor({ state: "detached" });
});

story("undo takes back what was just logged", async ({ page, api, open }) => {
  const { id } = await api.acme();
  await open(`/customers/${id}`);
  await page.getByRole("button", { name: "Log login" }).click();
  await toast(page, "Score 68.5 → 69.8");
  await factorRow(page, "Login frequency").getByText("55.0 of 100").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await toast(page, "Login retracted. Score 69.8 → 68.5");
  await factorRow(page, "Login frequency").getByText("50.0 of 100").waitFor();
  await page.getByText("Retracted: Undone right after it was logged").waitFor();
});

story("retracting an event asks for the reason, strikes it through and moves the score", async ({ page, api, open }) => {
  const { id } = await api.acme();
  await open(`/customers/${id}`);
  const events = page.getByRole("region", { name: "Events" });
  await events.getByRole("link", { name: /Retract.*ada logged in/ }).first().click();
  await page.getByRole("button", { name: "Retract event" }).click();
  await page.getByText("is required").waitFor();
  await page.getByRole("textbox", { name: "Reason" }).fill("Logged twice");
  await page.getByRole("button", { name: "Retract event" }).click();
  await toast(page, "Login retracted. Score 68.5 → 67.3");
  await events.getByText("Retracted: Logged twice").waitFor();
  await events.locator("del").getByText("ada logged in").waitFor();
  assert.equal((await api.health(id)).factors.loginFrequency.score, 45);
});

story("an overdue invoice can be marked as paid on the day it was", async ({ page, api, open }) => {
  const { id } = await api.acme();
  await api.post(`/customers/${id}/events`, invoice("A-3"));
  await open(`/customers/${id}`);
  await page.getByText("Mark as paid: A-3").click();
  await page.getByLabel("Paid on").filter({ visible: true }).last().fill(daysAgo(31));
  await page.getByRole("button", { name: "Mark as paid" }).click();
  await toast(page, "Payment logged. Score 61.8 → 68.5");
  await page.getByRole("row", { name: /^A-3/ }).getByText("Paid on time").waitFor();
});

story("an answer that comes after the news of its own change is told all the same", async ({ page, api, open }) => {
  const { id } = await api.acme();
  await api.post(`/customers/${id}/events`, invoice("A-3"));
  await open(`/customers/${id}`);
  await page.locator(".live[data-state=open]").waitFor();
  await page.route("**/app/submit_event*", async (route) => {
    const news = page.waitForResponse(/load_customer_page/);
    const answer = await route.fetch();
    await news;
    await painted(page);
    await route.fulfill({ response: answer });
  });
  await page.getByText("Mark as paid: A-3").click();
  await page.getByRole("button", { name: "Mark as paid" }).click();
  await toast(page, "Payment logged. Score unchanged at 61.8");
  await page.getByRole("row", { name: /^A-3/ }).getByText("Paid late").waitFor();
});

story("an open invoice is settled on the page that logs events", async ({ page, api, open }) => {
  const { id } = await api.acme();
  await api.post(`/customers/${id}/events`, invoice("A-3"));
  await open(`/customers/${id}/events/new?log=invoice_issued`);
  const settle = form(page, "Settle invoice");
  await settle.getByLabel("What happened").selectOption("It was voided");
  await settle.getByRole("button").click();
  await toast(page, "Voided invoice logged. Score 61.8 → 68.5");
});

story("errors stand beside their fields, and what was typed stays", async ({ page, api, open }) => {
  const { id } = await api.acme();
  await open(`/customers/${id}/events/new?log=feature_use`);
  await page.getByLabel("Who used it").fill("maria");
  await page.getByRole("button", { name: "Log feature use" }).click();
  const feature = page.getByRole("combobox", { name: "Feature" });
  await page.getByText("is required").waitFor();
  assert.equal(await feature.getAttribute("aria-invalid"), "true");
  await page.waitForFunction(() => document.activeElement?.name === "feature");
  assert.equal(await page.getByLabel("Who used it").inputValue(), "maria");

  await page.getByRole("link", { name: "API calls", exact: true }).click();
  const count = page.getByLabel("How many calls");
  await count.fill("many");
  await page.getByRole("button", { name: "Log API calls" }).click();
  await page.getByText("must be a whole number, such as 1,200").waitFor();
  assert.equal(await count.inputValue(), "many");
  assert.equal((await api.events(id)).total, 21, "nothing was stored");
});

story("a double click logs one event, and the next one is another event", async ({ page, api, open }) => {
  const { id } = await api.customer({ name: "Acme" }, apiCalls(10, 5));
  await open(`/customers/${id}/events/new`);
  await page.getByRole("button", { name: "Log login" }).dblclick();
  await toast(page, "Login logged");
  assert.equal((await api.events(id)).total, 2);
  await page.getByRole("button", { name: "Close message" }).click();
  await page.getByRole("button", { name: "Log login" }).click();
  await toast(page, "Login logged");
  assert.equal((await api.events(id)).total, 3);
  // The second click of a double click comes after the answer to the first.
  await page.mouse.down({ clickCount: 2 });
  await page.mouse.up({ clickCount: 2 });
  await page.getByRole("button", { name: "Close message" }).click();
  await page.getByRole("button", { name: "Log login" }).click();
  await toast(page, "Login logged");
  assert.equal((await api.events(id)).total, 4);
});

story("the feature field suggests the features seen before", async ({ page, api, open }) => {
  const { id } = await api.acme();
  await open(`/customers/${id}/events/new?log=feature_use`);
  const suggestions = await page.getByLabel("Feature", { exact: true }).evaluate((field) => [...field.list.options].map((option) => option.value));
  assert.deepEqual(suggestions.sort(), ["alerts", "export", "reports"]);
});

story("an event is logged by choosing the customer first", async ({ page, api, open }) => {
  await api.acme();
  await api.customer({ name: "Bolt" });
  await open("/");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Log event" }).click();
  // The list that is left has a search of the same name.
  await page.getByRole("heading", { name: "Log an event", level: 1 }).waitFor();
  await page.getByRole("searchbox", { name: "Search customers" }).fill("bol");
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByRole("main").getByRole("listitem").getByRole("link").filter({ hasText: "Bolt" }).click();
  await page.getByRole("heading", { name: "Log an event for Bolt" }).waitFor();
  await page.getByRole("button", { name: "Log login" }).click();
  await toast(page, "Login logged");
});
