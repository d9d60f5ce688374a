// Past days of the whole portfolio: the day is picked, kept by every link, known now or then, and left again.

import assert from "node:assert/strict";
import { daysAgo, shownDay } from "./lib/facts.mjs";
import { factorRow } from "./lib/forms.mjs";
import { expectCount, list, rowNames } from "./lib/list.mjs";
import { refused, sharedApp, story } from "./lib/story.mjs";

const five = sharedApp({}, async (api) => {
  await api.five();
});

async function pickDay(page, days) {
  await page.getByLabel("As of (UTC)", { exact: true }).fill(daysAgo(days));
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByText(`As of ${shownDay(days)}`).waitFor();
}

async function walk({ page, open }) {
  await open("/");
  assert.equal(await page.getByText("Back to today").count(), 0);
  await pickDay(page, 7);
  await page.waitForURL(new RegExp(`/\\?as_of=${daysAgo(7)}$`));
  await expectCount(page, 4);
  assert.deepEqual((await rowNames(page)).sort(), ["Acme", "Bolt", "Cedar", "Dune"]);
  const csv = await page.getByRole("link", { name: "Export CSV" }).getAttribute("href");
  assert.match(csv, new RegExp(`as_of=${daysAgo(7)}`));

  await page.getByTitle("Sort by name").click();
  await page.waitForURL(new RegExp(`sort=name.*as_of=${daysAgo(7)}`));
  await list(page).getByRole("link", { name: "Acme" }).click();
  await page.getByRole("heading", { name: "Acme", level: 1 }).waitFor();
  await page.getByText(`As of ${shownDay(7)}`).waitFor();
  await factorRow(page, "Login frequency").getByText("20.0 of 100").waitFor();
  await page.getByRole("link", { name: "Portfolio" }).last().click();
  await expectCount(page, 4);

  await page.getByRole("link", { name: "As known then", exact: true }).click();
  await page.getByText("There were no facts yet on that day").waitFor();
  await page.getByRole("link", { name: "As known now", exact: true }).click();
  await expectCount(page, 4);
  await page.getByRole("link", { name: "Day before" }).click();
  await page.getByText(`As of ${shownDay(8)}`).waitFor();
  await page.getByRole("link", { name: "Back to today" }).click();
  await expectCount(page, 5);
  assert.equal(await page.getByText(/^As of .*ago/).count(), 0);
}

story("the portfolio is put on a past day and back", { app: five }, walk);

story("the same without JavaScript", { app: five, javaScriptEnabled: false }, walk);

story("a customer is shown as it was known then", { app: five }, async ({ page, open }) => {
  await open(`/customers/1?as_of=${daysAgo(7)}`);
  await factorRow(page, "Login frequency").getByText("20.0 of 100").waitFor();
  await page.getByRole("link", { name: "As known then", exact: true }).click();
  await page.getByText("As it was known then").waitFor();
  await page.getByText("No data", { exact: true }).filter({ visible: true }).first().waitFor();
  await page.getByRole("link", { name: "Back to today" }).click();
  await factorRow(page, "Login frequency").getByText("50.0 of 100").waitFor();
  const changes = page.getByRole("region", { name: "What changed" });
  await changes.getByRole("link", { name: "Compare with what was known then" }).click();
  await changes.getByText("2 invoices paid on time by facts that arrived late").waitFor();
  await changes.getByRole("link", { name: "Compare as known now" }).click();
  await changes.getByRole("link", { name: "Compare with what was known then" }).waitFor();
});

story("a day before all facts says so, and leads to the first one", { app: five }, async ({ page, open }) => {
  await open("/?as_of=2001-01-01");
  await page.getByRole("heading", { name: "There were no facts yet on that day" }).waitFor();
  await page.getByRole("link", { name: shownDay(60) }).click();
  await page.getByText(`As of ${shownDay(60)}`).waitFor();
  assert.ok((await rowNames(page)).includes("Acme"));
});

story("a day that cannot be shown is refused with the way back", { app: five, console: [refused(422)] }, async ({ page, open }) => {
  await open(`/?as_of=${daysAgo(-2)}`);
  await page.getByRole("heading", { name: "This day cannot be shown" }).waitFor();
  await page.getByRole("link", { name: "Back to today" }).click();
  await expectCount(page, 5);
});

story("a day that takes its time is a skeleton meanwhile", { app: five }, async ({ page, open }) => {
  await open("/");
  await expectCount(page, 5);
  let answer;
  const asked = new Promise((resolve) => (answer = resolve));
  await page.route((url) => url.pathname === "/", (route) => asked.then(() => route.continue()));
  await page.getByLabel("As of (UTC)", { exact: true }).fill(daysAgo(7));
  await page.getByRole("button", { name: "Show" }).click();
  await page.locator(".skeleton").waitFor();
  assert.equal(await page.getByRole("row").count(), 0, "no row of another day is left");
  assert.equal(await page.getByRole("region", { name: "How the portfolio stands" }).count(), 0);
  answer();
  await expectCount(page, 4);
  await page.getByRole("region", { name: "How the portfolio stands" }).waitFor();
  assert.equal(await page.locator(".skeleton").count(), 0);
});
