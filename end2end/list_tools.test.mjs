// What stands around the list: renewals and their totals, the choice of columns, and all of it on a phone.

import assert from "node:assert/strict";
import { daysAgo } from "./lib/facts.mjs";
import { expectCount, list, rowNames } from "./lib/list.mjs";
import { sharedApp, story } from "./lib/story.mjs";

const PHONE = { width: 390, height: 844 };
const month = (days) => daysAgo(days).slice(0, 7);

const few = sharedApp({}, async (api) => {
  await api.customer({ name: "Soon", renewalDate: daysAgo(-20), arrCents: 1_000_000 });
  await api.customer({ name: "Later", renewalDate: daysAgo(-55), arrCents: 2_000_000 });
  await api.customer({ name: "Far", renewalDate: daysAgo(-400), arrCents: 4_000_000 });
  await api.customer({ name: "Never" });
});

story("renewals are chosen by days, by month, and from a day to another, and summed by month", { app: few }, async ({ page, open }) => {
  await open("/?sort=renewal");
  const renewal = page.getByRole("combobox", { name: "Renewal" });
  const totals = page.getByRole("table", { name: "Renewals by month and band" });
  assert.equal(await totals.count(), 0);
  await renewal.selectOption({ label: "Renews in 60 days" });
  await expectCount(page, 2);
  assert.match(await totals.innerText(), /\$10\.0k[\s\S]*\$20\.0k/);
  await renewal.selectOption({ value: month(-20) });
  await page.waitForURL((url) => url.search.includes(`renewal=${month(-20)}`));
  await page.locator("#home:not([aria-busy])").waitFor();
  assert.ok((await rowNames(page)).includes("Soon"));
  assert.equal(await page.getByLabel("Renewal from").isVisible(), false);
  await renewal.selectOption({ label: "Renews from … to …" });
  await page.getByLabel("Renewal from").fill(daysAgo(-56));
  await page.getByLabel("Renewal to").fill(daysAgo(-400));
  await page.waitForURL((url) => url.search.includes(`${daysAgo(-56)}..${daysAgo(-400)}`));
  await list(page).getByRole("link", { name: "Far" }).waitFor();
  assert.deepEqual(await rowNames(page), ["Far"]);
  await totals.getByRole("link").first().click();
  await page.waitForURL((url) => url.search.includes(`renewal=${month(-400)}`));
});

story("two days of renewal are asked for on when the answer before comes late", { app: few }, async ({ page, open }) => {
  await open("/");
  let answer;
  const held = new Promise((done) => (answer = done));
  await page.route((url) => url.search.includes(`renewal=${month(-20)}`), (route) => held.then(() => route.continue()));
  const renewal = page.getByRole("combobox", { name: "Renewal" });
  await renewal.selectOption({ value: month(-20) });
  await renewal.selectOption({ label: "Renews from … to …" });
  await page.getByLabel("Renewal from").waitFor();
  answer();
  await expectCount(page, 1);
  assert.ok(await page.getByLabel("Renewal from").isVisible());
});

story("a column that is not wanted goes, with the keyboard too, and stays away", { app: few }, async ({ page, open }) => {
  await open("/");
  const arr = list(page).getByRole("columnheader", { name: /ARR/ });
  await arr.waitFor();
  await page.getByText("Columns", { exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.equal(await page.locator(":focus").innerText(), "ARR");
  await Promise.all([page.waitForResponse(/set_preference/), page.keyboard.press("Enter")]);
  await arr.waitFor({ state: "hidden" });
  await open("/");
  assert.equal(await arr.isVisible(), false);
  await page.getByText("Columns", { exact: true }).click();
  await Promise.all([page.waitForResponse(/set_preference/), page.getByRole("button", { name: "Show all" }).click()]);
  await arr.waitFor();
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with" : "without";
  story(`a phone's bar has five places at most, and more behind the last, ${how} JavaScript`, { app: few, viewport: PHONE, javaScriptEnabled }, async ({ page, open }) => {
    await open("/");
    const bar = page.getByRole("navigation", { name: "Main" }).getByRole("listitem");
    const shown = (await bar.allInnerTexts()).map((text) => text.split("\n")[0].trim()).filter(Boolean);
    assert.ok(shown.length <= 5, shown.join(", "));
    assert.equal(shown[0], "Today");
    assert.equal(shown.at(-1), "More");
    await page.getByRole("button", { name: "More", exact: true }).click();
    await page.getByRole("link", { name: "Help", exact: true }).click();
    await page.waitForURL(/\/help/);
    await page.getByRole("link", { name: "API docs" }).waitFor({ state: "hidden" });
  });

  story(`a phone's filters are behind one button that counts them, ${how} JavaScript`, { app: few, viewport: PHONE, javaScriptEnabled }, async ({ page, open }) => {
    await open("/?segment=SMB&renewal=next_60&search=o");
    const segment = page.getByRole("combobox", { name: "Segment" });
    assert.equal(await segment.isVisible(), false);
    await page.getByRole("button", { name: "Filters · 2" }).click();
    assert.equal(await segment.inputValue(), "SMB");
    await segment.selectOption("Startup");
    if (javaScriptEnabled) await page.getByRole("button", { name: "Done" }).click();
    else await page.getByRole("button", { name: "Apply" }).click();
    await page.waitForURL((url) => url.search.includes("segment=Startup") && url.search.includes("renewal=next_60"));
    await segment.waitFor({ state: "hidden" });
    await page.getByText("No customer matches").waitFor();
  });
}
