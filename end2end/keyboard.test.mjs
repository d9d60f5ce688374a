// Everything from the keyboard alone: no click in this file.

import assert from "node:assert/strict";
import { toast } from "./lib/forms.mjs";
import { expectCount } from "./lib/list.mjs";
import { shownDay } from "./lib/facts.mjs";
import { sharedApp, story } from "./lib/story.mjs";

const three = sharedApp({}, async (api) => {
  for (const name of ["Acme", "Bolt", "Cedar"]) await api.customer({ name });
});

/** The accessible name of what has the focus, or its text. */
const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    const label = element.labels?.[0] ?? element;
    return (element.ariaLabel ?? label.innerText ?? "").trim().replace(/\s+/g, " ");
  });

/** Tabs on until something of that name has the focus. */
async function tabTo(page, name) {
  const passed = [];
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press("Tab");
    passed.push(await focused(page));
    if (passed.at(-1).startsWith(name)) return;
  }
  assert.fail(`Tab never came to “${name}”, only to ${passed.join(", ")}`);
}

story("the first Tab offers to skip to the content", { app: three }, async ({ page, open }) => {
  await open("/help");
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Skip to content");
  assert.ok(await page.getByRole("link", { name: "Skip to content" }).isVisible());
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.id === "content");
});

for (const javaScriptEnabled of [true, false]) {
  story(`a customer of the list is three keys away ${javaScriptEnabled ? "with" : "without"} JavaScript`, { app: three, javaScriptEnabled }, async ({ page, open }) => {
    await open("/?sort=name");
    await page.keyboard.press("Tab");
    assert.equal(await page.locator(":focus").innerText(), "Skip to the list");
    await page.keyboard.press("Enter");
    await page.waitForURL(/#rows$/);
    await page.keyboard.press("Tab");
    assert.equal(await page.locator(":focus").innerText(), "Acme");
  });
}

story("the list is skipped to although no customer matches", { app: three }, async ({ page, open }) => {
  await open("/?search=nobody");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.id === "rows");
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Clear all filters");
});

story("a menu closes with Escape, and with what is outside it", { app: three }, async ({ page, open }) => {
  await open("/");
  const mine = page.locator("details.mine");
  const expectOpen = (open) => page.waitForFunction((open) => document.querySelector("details.mine").open === open, open);
  await mine.locator("summary").focus();
  await page.keyboard.press("Enter");
  await expectOpen(true);
  await page.keyboard.press("Escape");
  await expectOpen(false);
  assert.equal(await focused(page), "My customers", "the focus is where it came from");
  await page.keyboard.press("Enter");
  await expectOpen(true);
  await page.getByRole("searchbox").focus();
  await expectOpen(false);
});

story("arrows walk the rows from the list’s search, Enter opens one and Escape goes back", { app: three }, async ({ page, open }) => {
  await open("/?sort=name");
  await page.getByRole("searchbox").focus();
  await page.keyboard.press("ArrowDown");
  assert.equal(await focused(page), "Acme");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("j");
  assert.equal(await focused(page), "Cedar");
  await page.keyboard.press("ArrowDown");
  assert.equal(await focused(page), "Cedar", "the last row is the end");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("k");
  assert.equal(await focused(page), "Acme");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.activeElement?.type === "search");

  await page.keyboard.type("bol");
  await expectCount(page, 1);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Bolt", level: 1 }).waitFor();
});

story("question mark lists the keys; there single keys are switched off, and stay off", { app: three }, async ({ page, open }) => {
  await open("/scorecard");
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog", { name: "Keyboard" });
  await dialog.waitFor();
  await page.waitForFunction(() => document.activeElement?.type === "checkbox");
  assert.equal(await focused(page), "Single-key shortcuts (/ ? j k x)");
  const saved = page.waitForResponse(/set_preference/);
  await page.keyboard.press("Space");
  await saved;
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  await open("/");
  for (const key of ["/", "?", "j"]) await page.keyboard.press(key);
  assert.equal(await page.evaluate(() => document.activeElement === document.body && !document.querySelector("dialog[open]")), true);
  // With a modifier it is no single key. And the list of keys is still there.
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog", { name: "Search everywhere" }).waitFor();
  await page.keyboard.press("Escape");
  await tabTo(page, "Keyboard");
  await page.keyboard.press("Enter");
  await dialog.waitFor();
});

story("an event is logged with Tab and Enter, and retracted the same way", async ({ page, api, open }) => {
  const { id } = await api.acme();
  await open(`/customers/${id}/events/new`);
  await tabTo(page, "Feature use");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Log feature use" }).waitFor();
  await tabTo(page, "Feature");
  await page.keyboard.type("dashboards");
  await page.keyboard.press("Enter");
  await toast(page, "Feature use logged. Score 68.5 → 73.5");
  await tabTo(page, "Undo");
  await page.keyboard.press("Enter");
  await toast(page, "Feature use retracted. Score 73.5 → 68.5");
});

story("a customer is created with Tab, and a mistake brings the focus to its field", async ({ page, open }) => {
  await open("/customers/new");
  await tabTo(page, "Create customer");
  await page.keyboard.press("Enter");
  await page.getByText("is required").waitFor();
  await page.waitForFunction(() => document.activeElement?.name === "name");
  await page.keyboard.type("Acme");
  await tabTo(page, "Segment");
  await page.keyboard.type("Startup");
  await tabTo(page, "Create customer");
  await page.keyboard.press("Space");
  await toast(page, "Acme created");
  await page.getByText("Startup", { exact: true }).waitFor();
});

story("archiving asks in a dialog that holds the focus and Escape closes", async ({ page, api, open }) => {
  const { id } = await api.acme();
  await open(`/customers/${id}`);
  await tabTo(page, "Archive");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Archive Acme?" });
  await dialog.waitFor();
  for (let presses = 0; presses < 6; presses++) {
    await page.keyboard.press("Tab");
    assert.ok(await page.evaluate(() => !document.querySelector("main header").contains(document.activeElement) || document.activeElement.closest("dialog")));
  }
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert.equal(await focused(page), "Archive");
});

story("the days of the history are walked with the arrow keys", async ({ page, api, open }) => {
  const { id } = await api.acme();
  await open(`/customers/${id}`);
  const days = page.getByRole("group", { name: /Pick a day/ });
  await days.locator('[tabindex="0"]').focus();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  await page.getByText(`As of ${shownDay(2)}`).waitFor();
  await page.waitForURL(/as_of=/);
});
