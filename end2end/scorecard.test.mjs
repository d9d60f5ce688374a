// The rules of scoring: tried, saved, seen in scores and history, and brought back.

import assert from "node:assert/strict";
import { daysAgo, morning, shownDay } from "./lib/facts.mjs";
import { form, toast } from "./lib/forms.mjs";
import { refused, story } from "./lib/story.mjs";

const part = (page, name) => page.getByRole("group", { name, exact: true });
const preview = (page) => page.getByRole("region", { name: "What would change" });
const versions = (page) => page.getByRole("region", { name: "Versions" });

/** Waits until every customer is scored under this version. */
async function rescored(api, version) {
  for (let tries = 0; tries < 100; tries++) {
    const { items } = await api.get("/customers");
    if (items.every(({ health }) => health.scorecardVersion === version)) return items;
  }
  throw new Error(`not rescored under version ${version}`);
}

async function tries({ page, api, open }) {
  await api.five();
  await open("/scorecard");
  await page.getByRole("region", { name: "The rules in force" }).getByText("20 logins score 100").waitFor();
  await part(page, "Login frequency").getByLabel("Weight").fill("a lot");
  await page.getByLabel("Why this change").fill("Logins matter most");
  await page.getByRole("button", { name: "Preview" }).click();
  await page.getByText("Weight must be a whole number").waitFor();
  await part(page, "Login frequency").getByLabel("Weight").fill("425");
  // Enter asks, it does not save.
  await part(page, "Login frequency").getByLabel("Scale").fill("0 = 0, 40 = 100");
  await part(page, "Login frequency").getByLabel("Scale").press("Enter");
  await preview(page).getByText("Login frequency weight 25 → 425").waitFor();
  await preview(page).getByText("Login frequency target 20 → 40").waitFor();
  // (10 of 40 logins: 25) 25*425 + 60*25 + 80*20 + 100*20 + 50*10 over 500.
  const mover = preview(page).getByRole("row").filter({ hasText: "Acme" });
  await mover.getByText("68.5").waitFor();
  await mover.getByText("32.5").waitFor();
  assert.equal((await api.get("/scorecards")).total, 1, "a preview saves nothing");
  assert.equal(await page.getByLabel("Why this change").inputValue(), "Logins matter most");
}

async function savesAndRestores({ page, api, open }) {
  await tries({ page, api, open });
  await page.getByRole("button", { name: "Save as version 2" }).click();
  await page.getByText("Your name is required").waitFor();
  await form(page, "Save as version 2").getByLabel("Your name").fill("Ann Lee");
  await page.getByRole("button", { name: "Save as version 2" }).click();
  await toast(page, "Version 2 is in force");
  await versions(page).getByRole("heading", { name: "Version 2" }).waitFor();
  await versions(page).getByText("Logins matter most").waitFor();
  await versions(page).getByText("Login frequency weight 25 → 425").waitFor();
  await page.getByRole("button", { name: "Save as version 3" }).waitFor();
  assert.equal(await page.getByLabel("Why this change").inputValue(), "");
  assert.equal(await part(page, "Login frequency").getByLabel("Weight").inputValue(), "425");
  assert.equal(new URL(page.url()).search, "");

  const items = await rescored(api, 2);
  assert.equal(items.find(({ customer }) => customer.name === "Acme").health.score, 32.5);
  await open("/customers/1");
  await page.getByText("32.5", { exact: true }).first().waitFor();
  await page.getByText(`Scorecard 2 came into force on ${shownDay(0)}`).waitFor();
  await open(`/customers/1?as_of=${daysAgo(7)}`);
  await page.getByText("85 %").first().waitFor();

  await open("/scorecard");
  await versions(page).getByRole("link", { name: "Restore 1" }).click();
  const question = page.getByRole("dialog", { name: "Restore version 1?" });
  const asked = (await question.count()) ? question : versions(page);
  await asked.getByText("Login frequency weight 425 → 25").first().waitFor();
  await asked.getByLabel("Your name").fill("Bob Roy");
  await asked.getByRole("button", { name: "Restore version 1" }).click();
  await toast(page, "Version 3 is in force");
  await versions(page).getByRole("heading", { name: "Version 3" }).waitFor();
  await versions(page).getByText("Back to version 1").waitFor();
  const restored = await rescored(api, 3);
  assert.equal(restored.find(({ customer }) => customer.name === "Acme").health.score, 68.5);
}

story("rules are tried, saved, seen in scores and history, and brought back", savesAndRestores);

story("the same without JavaScript", { javaScriptEnabled: false, console: [refused(422)] }, savesAndRestores);

/** Rules of the team's own: a template, one more factor where JavaScript adds it, one taken out. */
async function rulesOfItsOwn({ page, api, open }, interactive) {
  await api.five();
  await open("/scorecard");
  await page.getByText("Begin with other rules").click();
  await page.getByRole("link", { name: "The five and silence" }).click();
  await part(page, "Days of silence").waitFor();
  await preview(page).getByText("Days of silence none → weight 100").waitFor();
  if (interactive) {
    await page.getByLabel("One more factor").selectOption({ label: "Days with an event" });
    await part(page, "Days with an event").getByLabel("Window in days").fill("14");
  }
  await part(page, "API trend").getByText("Names, reason and next step").click();
  await part(page, "API trend").getByLabel("Take this factor out").check();
  await page.getByLabel("Why this change").fill("Silence matters");
  await page.getByRole("button", { name: "Save as version 2" }).click();
  await page.getByText("Your name is required").waitFor();
  await form(page, "Save as version 2").getByLabel("Your name").fill("Ann Lee");
  await page.getByRole("button", { name: "Save as version 2" }).click();
  await toast(page, "Version 2 is in force");
  await rescored(api, 2);
  const { scorecards } = await api.get("/rulebook");
  const keys = scorecards[0].factors.map(({ key }) => key);
  const five = ["loginFrequency", "featureAdoption", "supportLoad", "invoiceTimeliness", "daysOfSilence"];
  assert.deepEqual(keys, interactive ? [...five, "activeDays"] : five);
  await open("/?sort=days_of_silence");
  const heads = page.locator("th.col-factor");
  await heads.getByRole("link", { name: "Sil" }).waitFor();
  assert.equal(await heads.count(), keys.length);
  await open("/customers/1");
  await page.getByRole("article").filter({ hasText: "Days of silence" }).getByText("days since the last event").waitFor();
}

story("a team scores by rules of its own", (it) => rulesOfItsOwn(it, true));

story("a team scores by rules of its own without JavaScript", { javaScriptEnabled: false, console: [refused(422)] }, (it) => rulesOfItsOwn(it, false));

async function countsUsers({ page, api, open }, interactive) {
  const seen = (user, days) => ({ kind: "login", user, occurredAt: morning(days) });
  const { id } = await api.customer({ name: "Acme" }, [seen("ann", 1), seen("bob", 2), seen("ann", 3), { kind: "login", occurredAt: morning(1) }]);
  await open("/scorecard");
  await page.getByRole("combobox", { name: "One more factor" }).selectOption("Different users");
  // With JavaScript the choice alone adds it.
  if (!interactive) await page.getByRole("button", { name: "Preview" }).click();
  const users = part(page, "Different users");
  await users.getByLabel("Feature use").waitFor();
  assert.equal(await users.getByLabel("Support ticket").isVisible(), false, "tickets name nobody");
  await page.getByLabel("Why this change").fill("Many people, many friends");
  await form(page, "Save as version 2").getByLabel("Your name").fill("Ann Lee");
  await page.getByRole("button", { name: "Save as version 2" }).click();
  await toast(page, "Version 2 is in force");
  await rescored(api, 2);
  await open(`/customers/${id}`);
  await page.getByText("2 users in the last 30 days, target 20").first().waitFor();
}

story("different users are counted", (it) => countsUsers(it, true));

story("different users are counted, without JavaScript", { javaScriptEnabled: false }, (it) => countsUsers(it, false));
