// What became of customers: told, marked, taken back; how somebody leaves and comes back; the reasons to choose from.

import assert from "node:assert/strict";
import { daysAgo, shownDay } from "./lib/facts.mjs";
import { toast } from "./lib/forms.mjs";
import { refused, story } from "./lib/story.mjs";

const outcomes = (page) => page.getByRole("region", { name: "Outcomes" });
const told = async (api, id) => (await api.get(`/customers/${id}/outcomes`)).items;

/** Opens the form and fills it. */
async function tell(page, { kind, days, before, after, reason }) {
  const form = outcomes(page);
  await form.getByText("Add an outcome", { exact: true }).click();
  if (kind) await form.getByLabel("It has").selectOption(kind);
  await form.getByLabel("On", { exact: true }).fill(daysAgo(days));
  await form.getByLabel(/^ARR before/).fill(before);
  await form.getByLabel(/^ARR after/).fill(after);
  if (reason) await form.getByLabel("Reason", { exact: true }).selectOption(reason);
  await form.getByRole("button", { name: "Add outcome" }).click();
}

story("an outcome is told, marks the history and the timeline, and is undone", async ({ page, api, open }) => {
  const { id } = await api.acme({ arrCents: 12_000_000 });
  await open(`/customers/${id}`);
  await outcomes(page).getByText("Add an outcome", { exact: true }).click();
  assert.equal(await outcomes(page).getByLabel("It has").inputValue(), "", "nothing is chosen beforehand");
  assert.equal(await outcomes(page).getByLabel(/^ARR before/).inputValue(), "120000");
  await outcomes(page).getByText("Add an outcome", { exact: true }).click();

  await tell(page, { kind: "Contracted", days: 20, before: "120,000", after: "90,000", reason: "Price" });
  await toast(page, `Contracted on ${shownDay(20)} noted`);
  await outcomes(page).getByText("$120,000 → $90,000").waitFor();
  await page.getByRole("region", { name: "Events" }).getByText("Contracted: Price").waitFor();
  await page.locator(".history__outcome").getByText("Contracted").waitFor();
  const day = page.locator(`.history__day[href*="as_of=${daysAgo(20)}"] .history__tip`);
  assert.match(await day.textContent(), /, contracted$/);
  const [kept] = await told(api, id);
  assert.deepEqual([kept.outcome, kept.date, kept.arrAfterCents, kept.reason], ["contracted", daysAgo(20), 9_000_000, "Price"]);

  await page.getByRole("button", { name: "Undo" }).click();
  await toast(page, "“Contracted” retracted");
  await outcomes(page).getByText("Retracted: Undone right after it was logged").waitFor();
  await page.locator(".history__outcome").waitFor({ state: "detached" });
  assert.equal((await told(api, id))[0].retraction.reason, "Undone right after it was logged");
});

story("who churned is asked when and why, and starts anew when it comes back", async ({ page, api, open }) => {
  const { id } = await api.acme({ arrCents: 12_000_000 });
  await open(`/customers/${id}`);
  await page.getByText("Archive", { exact: true }).click();
  const question = page.getByRole("dialog", { name: "Archive Acme?" });
  assert.equal(await question.getByLabel("It left on").isVisible(), false);
  await question.getByRole("button", { name: "Archive customer" }).click();
  await question.getByText(/must be one of churned/).waitFor();
  await question.getByLabel("Why?", { exact: true }).selectOption("Churned");
  await question.getByLabel("It left on").fill(daysAgo(9));
  await question.getByLabel("Why did it leave?").selectOption("Competitor");
  await question.getByRole("button", { name: "Archive customer" }).click();
  await toast(page, "Acme archived");
  await page.getByText(`Archived on ${shownDay(9)} (churned)`).waitFor();
  const [kept] = await told(api, id);
  assert.deepEqual([kept.date, kept.reason, kept.arrBeforeCents, kept.involuntary], [daysAgo(9), "Competitor", 12_000_000, false]);
  assert.equal((await api.get("/customers")).total, 0);

  await page.getByText("Restore", { exact: true }).click();
  const back = page.getByRole("dialog", { name: "Acme came back?" });
  await back.getByLabel("Customer again since").fill(daysAgo(2));
  await back.getByRole("button", { name: "Restore customer" }).click();
  await toast(page, "Acme restored");
  assert.equal((await api.get(`/customers/${id}`)).startDate, daysAgo(2));

  const item = outcomes(page).getByRole("listitem").filter({ hasText: "Churned" });
  await item.getByText("Retract", { exact: false }).first().click();
  await item.getByLabel("Why is it retracted?").fill("It never left");
  await item.getByRole("button", { name: "Retract outcome" }).click();
  await toast(page, "“Churned” retracted");
  await item.getByText("Retracted: It never left").waitFor();
  assert.equal((await api.get(`/customers/${id}`)).startDate, null);
});

story("an outcome is told without JavaScript", { javaScriptEnabled: false, console: [refused(422)] }, async ({ page, api, open }) => {
  const { id } = await api.acme();
  await open(`/customers/${id}`);
  await tell(page, { days: 3, before: "5", after: "6" });
  await outcomes(page).getByText("is required").waitFor();
  await outcomes(page).getByLabel("It has").selectOption("Expanded");
  await outcomes(page).getByRole("button", { name: "Add outcome" }).click();
  await toast(page, `Expanded on ${shownDay(3)} noted`);
  assert.equal((await told(api, id))[0].outcome, "expanded");
});

story("the reasons to choose from are edited", async ({ page, api, open }) => {
  const { id } = await api.acme();
  await open("/scorecard");
  await page.getByLabel("Reasons, one a line").fill("Price\nBad weather");
  await page.getByRole("button", { name: "Save reasons" }).click();
  await toast(page, "Reasons saved");
  await open(`/customers/${id}`);
  await tell(page, { kind: "Renewed", days: 1, before: "5", after: "5", reason: "Bad weather" });
  await toast(page, "Renewed on");
  assert.equal((await told(api, id))[0].reason, "Bad weather");
});
