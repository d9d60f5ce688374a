// Everything from the keyboard alone: no click in this file.

import assert from "node:assert/strict";
import { toast } from "./lib/forms.mjs";
import { expectCount } from "./lib/list.mjs";
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
  await open("/");
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Skip to content");
  assert.ok(await page.getByRole("link", { name: "Skip to content" }).isVisible());
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.id === "content");
});

story("a menu closes with Escape, with what is outside it, and when another opens", { app: three }, async ({ page, open }) => {
  await open("/");
  const menus = { keyboard: page.locator("details.keys"), mine: page.locator("details.mine") };
  const expectOpen = async (keyboard, mine) => {
    await page.waitForFunction(
      ([keyboard, mine]) => document.querySelector(".keys").open === keyboard && document.querySelector("details.mine").open === mine,
      [keyboard, mine],
    );
  };
  await menus.keyboard.locator("summary").focus();
  await page.keyboard.press("Enter");
  await expectOpen(true, false);
  await menus.keyboard.getByRole("checkbox").focus();
  await page.keyboard.press("Escape");
  await expectOpen(false, false);
  assert.equal(await focused(page), "Keyboard", "the focus is where it came from");
  await page.keyboard.press("Enter");
  await expectOpen(true, false);
  await menus.mine.locator("summary").focus();
  await page.keyboard.press("Enter");
  await expectOpen(false, true);
  await page.getByRole("searchbox").focus();
  await expectOpen(false, false);
});

story("slash goes to the search, arrows walk the rows, Enter opens one and Escape goes back", { app: three }, async ({ page, open }) => {
  await open("/?sort=name");
  await page.keyboard.press("/");
  await page.waitForFunction(() => document.activeElement?.type === "search");
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

story("single keys can be switched off, and stay off", { app: three }, async ({ page, open }) => {
  await open("/");
  await tabTo(page, "Keyboard");
  await page.keyboard.press("Enter");
  await tabTo(page, "Single-key shortcuts");
  const saved = page.waitForResponse(/set_preference/);
  await page.keyboard.press("Space");
  await saved;
  await open("/");
  await page.keyboard.press("/");
  await page.keyboard.press("j");
  assert.equal(await page.evaluate(() => document.activeElement === document.body), true);
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
  await page.getByText("2 days ago").first().waitFor();
  await page.waitForURL(/as_of=/);
});
