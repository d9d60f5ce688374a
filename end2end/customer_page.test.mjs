// One customer's page: the factors and how they make the score, the past, the timeline.

import assert from "node:assert/strict";
import { daysAgo, features, invoice, morning, shownDay } from "./lib/facts.mjs";
import { factorRow } from "./lib/forms.mjs";
import { list } from "./lib/list.mjs";
import { refused, sharedApp, story } from "./lib/story.mjs";

const acme = sharedApp({}, async (api) => {
  await api.five();
  await api.customer({ name: "Fresh" });
});

story("drilling down from the list shows the factors that make the score", { app: acme }, async ({ page, open }) => {
  await open("/");
  await list(page).getByRole("link", { name: "Acme" }).click();
  await page.getByRole("heading", { name: "Acme", level: 1 }).waitFor();
  assert.match(await page.title(), /^Acme/);
  for (const text of ["68.5", "$120,000", "in 20 days", "Ann Lee"]) {
    await page.getByText(text, { exact: true }).first().waitFor();
  }
  assert.equal(await page.getByText("Coverage", { exact: true }).count(), 0, "where all is measured, there is nothing to say");
  for (const [name, score, adds, explanation] of [
    ["Login frequency", "50.0", "12.5 of 25.0", "10 logins in the last 30 days, target 20"],
    ["Feature adoption", "60.0", "15.0 of 25.0", "3 features used in the last 90 days, target 5"],
    ["Support load", "80.0", "16.0 of 20.0", "2 support tickets in the last 90 days, 10 or more score 0"],
    ["Invoice timeliness", "100.0", "20.0 of 20.0", "2 of 2 invoices paid on time"],
    ["API trend", "50.0", "5.0 of 10.0", /100 API calls in the last 30 days/],
  ]) {
    const factor = factorRow(page, name);
    await factor.getByText(`${score} of 100`).waitFor();
    await factor.getByText(`Adds ${adds} points`).waitFor();
    await factor.getByText(explanation).waitFor();
    const rationale = factor.getByText("Why it is measured this way");
    await rationale.click();
    assert.ok(await factor.getByRole("group").getByRole("paragraph").isVisible(), `${name} has its rationale`);
  }
});

story("what changed is told by factor and cause, and leads to the events", { app: acme }, async ({ page, open }) => {
  await open("/customers/1");
  const changes = page.getByRole("region", { name: "What changed" });
  await changes.getByText(`50.0 on ${shownDay(30)} → 68.5 on ${shownDay(0)}`).waitFor();
  const causes = await changes.locator(".changes__causes").getByRole("listitem").allInnerTexts();
  const points = causes.map((text) => Number(text.match(/[+−]?\d+\.\d$/)[0].replace("−", "-")));
  assert.equal(points.reduce((sum, part) => sum + part, 0).toFixed(1), "18.5");
  await page.getByTitle("Why").filter({ hasText: "7 days" }).click();
  await changes.getByText(`51.0 on ${shownDay(7)}`).waitFor();
  await changes.getByRole("link", { name: "6 new logins" }).click();
  const events = page.getByRole("region", { name: "Events" });
  await events.getByText("6 events of this kind").waitFor();
  const [first] = shownDay(6).split(" ");
  await events.getByText(new RegExp(`^Only ${first} .*– ${shownDay(0)}\\.`)).waitFor();
  await events.getByRole("link", { name: "Show all days" }).click();
  await events.getByText("10 events of this kind").waitFor();
});

story("“Log event” shows the forms with their heading and puts the cursor into the first field", { app: acme }, async ({ page, open }) => {
  await open("/customers/1?log=feature_use");
  await page.getByRole("main").getByRole("link", { name: "Log event" }).click();
  await page.waitForFunction(() => document.activeElement?.name === "feature");
  const bar = await page.locator(".topbar").boundingBox();
  const heading = await page.getByRole("heading", { name: "Log an event" }).boundingBox();
  assert.ok(heading.y > bar.y + bar.height && heading.y < 300, `the heading is at ${heading.y}`);
});

story("the parts add up to the score", { app: acme }, async ({ page, open }) => {
  await open("/customers/1");
  const table = page.getByRole("table", { name: /How the score is put together/ });
  const points = await table.locator("tbody").getByText(/^\+\d+\.\d$/).allInnerTexts();
  assert.deepEqual(points, ["+12.5", "+15.0", "+16.0", "+20.0", "+5.0"]);
  const [total] = await table.locator("tfoot").getByText(/^\d+\.\d$/).allInnerTexts();
  assert.equal(total, "68.5");
  assert.equal(points.reduce((sum, part) => sum + Number(part), 0), 68.5);
});

story("a past day is picked by date, walked day by day, and left again", { app: acme }, async ({ page, open }) => {
  await open("/customers/1");
  await page.getByLabel(/by date/).fill(daysAgo(7));
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByText(`As of ${shownDay(7)}`).waitFor();
  await factorRow(page, "Login frequency").getByText("20.0 of 100").waitFor();
  await factorRow(page, "API trend").getByText("100.0 of 100").waitFor();
  await page.getByText("51.0", { exact: true }).first().waitFor();

  await page.getByRole("link", { name: "Day before" }).click();
  await page.getByText(`As of ${shownDay(8)}`).waitFor();
  await factorRow(page, "Login frequency").getByText("15.0 of 100").waitFor();
  await page.getByRole("link", { name: "Day after" }).click();
  await page.getByText(`As of ${shownDay(7)}`).waitFor();
  await page.getByRole("link", { name: "Back to today" }).click();
  await factorRow(page, "Login frequency").getByText("50.0 of 100").waitFor();
  await page.getByText(/^As of .*ago/).waitFor({ state: "detached" });
});

story("a day of the chart tells its score, and leads to that day", { app: acme }, async ({ page, open }) => {
  await open("/customers/1?days=30");
  const days = page.getByRole("group", { name: /Pick a day/ }).getByRole("link");
  assert.equal(await days.count(), 30);
  const day = days.nth(22);
  await day.hover();
  await day.getByText("51.0").waitFor();
  await day.click();
  await page.getByText(`As of ${shownDay(7)}`).waitFor();
  await page.waitForURL(/days=30/);
});

story("the history is shown over 30, 90 and 180 days", { app: acme }, async ({ page, open }) => {
  await open("/customers/1");
  const lengths = page.getByRole("navigation", { name: "Length of the history" });
  for (const days of [180, 30, 90]) {
    await lengths.getByRole("link", { name: `${days} days` }).click();
    await lengths.getByRole("link", { name: `${days} days` }).and(page.locator("[aria-current]")).waitFor();
    await page.waitForFunction((count) => document.querySelectorAll('[role="group"][aria-label^="Pick a day"] a').length === count, days);
  }
});

story("the timeline is filtered by kind, and says so when there is nothing", { app: acme }, async ({ page, open }) => {
  await open("/customers/1");
  const events = page.getByRole("region", { name: "Events" });
  await events.getByText("21 events").waitFor();
  const kinds = events.getByRole("navigation", { name: "Kinds of events" });
  await kinds.getByRole("link", { name: "Support ticket" }).click();
  await events.getByText("2 events of this kind").waitFor();
  for (const subject of ["Ticket 1", "Ticket 2"]) {
    await events.getByText(`Support ticket of normal priority: ${subject}`, { exact: true }).waitFor();
  }
  await kinds.getByRole("link", { name: "Invoice voided" }).click();
  await events.getByText("No events of the kind “Invoice voided”").waitFor();
  await events.getByRole("link", { name: "Show all kinds" }).click();
  await events.getByText("21 events").waitFor();
});

story("a customer without any fact gets no invented score", { app: acme }, async ({ page, open }) => {
  await open("/customers/6");
  await page.getByText("Nothing has happened here yet").waitFor();
  const regions = await page.getByRole("main").getByRole("region").evaluateAll((all) => all.flatMap((one) => one.getAttribute("aria-labelledby") ?? []));
  assert.deepEqual(regions, ["notes-title", "log-title", "outcomes-title"], "the empty state stands alone, with what can be done");
  assert.equal(await page.locator(".score, .history, .factor, table").count(), 0, "no score, no empty charts");
});

story("the first event brings the whole page, and the customer is new", async ({ page, api, open }) => {
  const { id } = await api.customer({ name: "Fresh" });
  await open(`/customers/${id}`);
  await page.getByText("Nothing received yet").waitFor();
  await api.post(`/customers/${id}/events`, { kind: "login", user: "ada" });
  await page.getByText(`New since ${shownDay(0)}: 1 login.`).waitFor();
  await page.getByRole("region", { name: "What the score is made of" }).waitFor();
  await page.locator(".standing").getByText("New", { exact: true }).waitFor();
  assert.equal(await page.locator('.standing [data-band="churn-risk"]').count(), 0, "one login is no alarm");
  await open("/");
  await list(page).getByText(/so far/).waitFor();
  assert.equal((await api.health(id)).band, "churn_risk", "the band is what the rules say");
});

story("the page answers first: what stopped, what is owed, when it renews, who has gone", async ({ page, api, open }) => {
  const seen = (user, days) => ({ kind: "login", user, occurredAt: morning(days) });
  const rosa = [20, 21, 22, 23, 24, 25].map((days) => seen("Rosa Dubois", days));
  const { id } = await api.customer({ name: "Bolt", startDate: daysAgo(300), renewalDate: daysAgo(-19) }, rosa, features("a"), invoice("B-1", 3));
  await open(`/customers/${id}`);
  await page.getByText(`Logins stopped on ${shownDay(20)}; $1.2k overdue; renews in 19 days.`).waitFor();
  const people = page.getByRole("region", { name: "People" });
  await people.getByText(`1 of 1 has stopped: Rosa Dubois not since ${shownDay(20)}.`).waitFor();
  await people.getByRole("row", { name: /Rosa Dubois/ }).getByText("6 logins").waitFor();
  const falls = page.getByRole("list", { name: "Where the score fell, and why" });
  await falls.getByText(/1 invoice fell overdue/).waitFor();
  // A small header stays, and hides nothing that has the focus.
  const bar = page.locator(".customer-bar__line");
  assert.equal(await bar.isVisible(), false);
  await page.getByRole("region", { name: "People" }).scrollIntoViewIfNeeded();
  await page.mouse.wheel(0, 900);
  await bar.waitFor();
  const { y, height } = await bar.boundingBox();
  for (let step = 0; step < 12; step += 1) {
    await page.keyboard.press("Shift+Tab");
    const top = await page.evaluate(() => document.activeElement.getBoundingClientRect().top);
    if (await page.evaluate(() => document.activeElement.closest(".content") !== null)) {
      assert.ok(top < 0 || top >= y + height - 1 || !(await bar.isVisible()), `the focus is at ${top}, the bar ends at ${y + height}`);
    }
  }
});

story("a day's API calls are one line that leads to each", { app: acme }, async ({ page, open }) => {
  await open("/customers/1");
  const events = page.getByRole("region", { name: "Events" });
  await events.getByText("100 API calls").first().waitFor();
  await events.getByRole("link", { name: `Each of the API calls of ${shownDay(5)}` }).click();
  await events.getByText("1 event of this kind").waitFor();
  await events.getByRole("link", { name: /^Retract/ }).waitFor();
});

story("on paper a customer has two pages and no buttons", { app: acme }, async ({ page, open }) => {
  await open("/customers/1");
  const paper = (await page.pdf({ format: "A4", printBackground: true })).toString("latin1");
  assert.equal(paper.match(/\/Type ?\/Page\b/g).length <= 2, true);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.getByRole("main").getByRole("button").filter({ visible: true }).count(), 0);
  for (const name of ["Score over time", "What changed", "What the score is made of", "People"]) {
    assert.ok(await page.getByRole("region", { name }).isVisible(), name);
  }
});

story("an unknown customer is a 404 with a way on", { app: acme, console: [refused(404)] }, async ({ page, open }) => {
  const answer = await open("/customers/4711");
  assert.equal(answer.status(), 404);
  await page.getByRole("heading", { name: "There is no such customer" }).waitFor();
  await page.getByRole("link", { name: "Go to the portfolio" }).click();
  await list(page).getByRole("link", { name: "Acme" }).waitFor();
});

story("a day in the future is refused with a way back", { app: acme, console: [refused(422)] }, async ({ page, open }) => {
  await open(`/customers/1?as_of=${daysAgo(-2)}`);
  await page.getByText("The day").first().waitFor();
  await page.getByRole("link", { name: "Show the customer as of today" }).click();
  await factorRow(page, "Login frequency").getByText("50.0 of 100").waitFor();
});
