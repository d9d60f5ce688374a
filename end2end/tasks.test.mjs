// What people come for, with the number of clicks and keys that each takes. A bound keeps each from becoming longer.

import assert from "node:assert/strict";
import { daysAgo, invoice, logins, shownDay } from "./lib/facts.mjs";
import { toast } from "./lib/forms.mjs";
import { expectCount, list } from "./lib/list.mjs";
import { story } from "./lib/story.mjs";

/** Twelve customers of Ann, and Umbra: in decline, with an overdue invoice, and with somebody who has stopped. */
async function twelve(api) {
  for (let number = 1; number <= 12; number++) {
    const name = `Number ${String(number).padStart(2, "0")}`;
    await api.customer({ name, owner: "Ann Lee", arrCents: number * 1_000_000, renewalDate: daysAgo(-30 * number) }, logins(20));
  }
  const seen = (days) => ({ kind: "login", user: "Rosa Dubois", occurredAt: `${daysAgo(days)}T09:00:00Z` });
  const gone = Array.from({ length: 9 }, (_, index) => seen(20 + index));
  const fields = { name: "Umbra", owner: "Bob Roy", arrCents: 32_900_000, renewalDate: daysAgo(-19), startDate: daysAgo(300) };
  return api.customer(fields, gone, invoice("U-1", 5));
}

/** Does as somebody does, and counts. Opening a menu or a select and choosing in it are two clicks. */
function hands(page) {
  const spent = { clicks: 0, keys: 0 };
  return {
    spent,
    click: (target, options) => (spent.clicks++, target.click(options)),
    choose: (select, option) => ((spent.clicks += 2), select.selectOption(option)),
    press: (key) => (spent.keys++, page.keyboard.press(key)),
    type: (text) => ((spent.keys += text.length), page.keyboard.type(text)),
  };
}

/** A task that begins on the home page, and takes at most so many clicks and keys. */
function task(sentence, most, play) {
  story(sentence, async ({ page, api, open }) => {
    const umbra = await twelve(api);
    await open("/");
    const { spent, ...hand } = hands(page);
    await play({ page, api, umbra, ...hand });
    console.log(`${sentence}: ${spent.clicks} clicks, ${spent.keys} keys`);
    assert.ok(spent.clicks <= most.clicks && spent.keys <= most.keys, `${JSON.stringify(spent)} is more than ${JSON.stringify(most)}`);
  });
}

task("who is first, and why", { clicks: 1, keys: 0 }, async ({ page, click }) => {
  const first = page.getByRole("region", { name: "Today" }).locator(".needed").first();
  const words = (await first.innerText()).replace(/\s+/g, " ");
  for (const part of ["Umbra", "$329k", "logins", "invoice of $1.2k 5 days overdue"]) assert.ok(words.includes(part), `${part} in ${words}`);
  await click(page.getByRole("link", { name: "Why in this order?" }).or(first.getByRole("link", { name: "Umbra" })).first());
});

task("ten accounts are handed over to somebody else", { clicks: 5, keys: 12 }, async ({ page, api, click, type }) => {
  await click(page.getByRole("checkbox", { name: "Choose Number 01" }));
  const names = await list(page).locator(".choose").evaluateAll((boxes) => boxes.map((box) => box.ariaLabel));
  const first = names.indexOf("Choose Number 01");
  const last = names[first >= 10 ? first - 9 : first + 9];
  await click(page.getByRole("checkbox", { name: last }), { modifiers: ["Shift"] });
  await click(page.getByRole("button", { name: "Set owner" }));
  await page.getByRole("dialog").getByText("$").waitFor();
  await page.waitForFunction(() => document.activeElement?.name === "owner");
  await type("Zoe Berg");
  await click(page.getByRole("button", { name: "Set the owner of 10 customers" }));
  await toast(page, "Owner of 10 customers set to Zoe Berg");
  assert.equal((await api.get("/customers?owner=Zoe+Berg")).total, 10);
});

task("the renewals of the next quarter", { clicks: 2, keys: 0 }, async ({ page, api, choose }) => {
  const renewal = page.getByRole("combobox", { name: "Renewal" });
  const [quarter] = await renewal.locator("option", { hasText: "Next quarter" }).evaluateAll((options) => options.map((option) => option.value));
  await choose(renewal, quarter);
  const { total } = await api.get(`/customers?renewal=${quarter}`);
  assert.ok(total >= 2);
  await expectCount(page, total);
  await page.getByRole("table", { name: "Renewals by month and band" }).waitFor();
});

task("why a customer's score fell", { clicks: 0, keys: 6 }, async ({ page, umbra, press, type }) => {
  await press("Control+k");
  await page.getByRole("dialog").getByRole("option").first().waitFor();
  await type("umbr");
  await page.getByRole("option", { name: /Umbra/, selected: true }).waitFor();
  await press("Enter");
  await page.waitForURL(new RegExp(`/customers/${umbra.id}`));
  await page.getByText(/ \$1\.2k overdue; renews in 19 days/).waitFor();
  await page.getByRole("region", { name: "What changed" }).waitFor();
});

task("a person who has stopped", { clicks: 1, keys: 0 }, async ({ page, click }) => {
  await click(page.getByRole("region", { name: "Today" }).getByRole("link", { name: "Umbra" }));
  await page.getByText(`Rosa Dubois not since ${shownDay(20)}`).waitFor();
});

task("the month for the boss", { clicks: 2, keys: 0 }, async ({ page, click }) => {
  await click(page.getByRole("navigation").getByRole("link", { name: "Month" }).first());
  await page.getByRole("heading", { name: "Flow between bands" }).waitFor();
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.getByRole("navigation").first().isVisible(), false, "paper has no navigation");
});
