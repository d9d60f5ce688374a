// Scorecards for some customers: a second one is made, scores Startups in their first 90 days, and is taken out again.

import assert from "node:assert/strict";
import { daysAgo, morning } from "./lib/facts.mjs";
import { form, toast } from "./lib/forms.mjs";
import { story } from "./lib/story.mjs";

const list = (page) => page.getByRole("group", { name: "Scorecards", exact: true });
const preview = (page) => page.getByRole("region", { name: "What would change" });

async function save(page, version, note) {
  await page.getByLabel("Why this change").fill(note);
  await form(page, `Save as version ${version}`).getByLabel("Your name").fill("Ann Lee");
  await page.getByRole("button", { name: `Save as version ${version}` }).click();
  await toast(page, `Version ${version} is in force`);
}

/** A Startup of 60 days, which is no longer New, and an old customer. */
async function two(api) {
  const young = await api.post("/customers", { name: "Seedling", segment: "Startup", startDate: daysAgo(60) });
  const old = await api.post("/customers", { name: "Oak", segment: "SMB", startDate: daysAgo(900) });
  for (const { id } of [young, old]) {
    for (const days of [2, 9, 16]) await api.post(`/customers/${id}/events`, { kind: "login", occurredAt: morning(days) });
  }
  return [young.id, old.id];
}

async function newcomers({ page, api, open }) {
  const [young, old] = await two(api);
  await open("/scorecard");
  await list(page).getByRole("button", { name: "Add a scorecard" }).click();
  await list(page).getByText("Started less than 90 days ago").waitFor();
  await list(page).getByLabel("Name of the scorecard").fill("Startups, first 90 days");
  await list(page).getByLabel("Startup", { exact: true }).check();
  await list(page).getByLabel("Its customers are onboarding").check();
  await page.getByRole("button", { name: "Preview" }).last().click();
  await preview(page).getByText("New scorecard Startups, first 90 days: Startup, started less than 90 days ago").waitFor();
  await list(page).getByRole("listitem").filter({ hasText: "Startups, first 90 days" }).getByText("1 customer", { exact: true }).waitFor();
  await save(page, 2, "Newcomers are no alarm");

  assert.equal((await api.health(young)).scoredBy, "Startups, first 90 days");
  assert.equal((await api.health(young)).band, "onboarding");
  assert.equal((await api.health(old)).scoredBy, "Everybody else");
  await open(`/customers/${young}`);
  await page.getByText("Scored by: Startups, first 90 days").waitFor();
  await page.locator(".standing__score").getByText("Onboarding").waitFor();
  await open("/?band=onboarding");
  await page.getByRole("link", { name: "Seedling" }).first().waitFor();
  assert.equal(await page.getByRole("link", { name: "Oak" }).count(), 0);

  // The other scorecard is chosen, and what was typed for the first waits.
  await open("/scorecard");
  await list(page).getByText("Everybody else").first().waitFor();
  await list(page).getByRole("button", { name: "Startups, first 90 days" }).click();
  await list(page).getByLabel("Started less than … days ago").waitFor();
  assert.equal(await list(page).getByLabel("Started less than … days ago").inputValue(), "90");
  await list(page).getByLabel("Started less than … days ago").fill("30");
  await list(page).getByRole("button", { name: "Everybody else" }).click();
  await list(page).getByText("Startup, started less than 30 days ago").waitFor();
  await preview(page).getByText("Startups, first 90 days: Customers Startup, started less than 90 days ago → Startup, started less than 30 days ago").waitFor();
  await list(page).getByRole("button", { name: "Startups, first 90 days" }).click();
  await list(page).getByRole("link", { name: "Remove" }).click();
  await page.getByRole("button", { name: "Remove it" }).click();
  await preview(page).getByText("Scorecard Startups, first 90 days removed").waitFor();
  await save(page, 3, "All alike again");
  assert.equal((await api.health(young)).scoredBy, "Everybody else");
}

story("Startups have a scorecard of their own in their first 90 days", newcomers);

story("the same without JavaScript", { javaScriptEnabled: false }, newcomers);
