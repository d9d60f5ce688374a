// Whether everybody can use a page: WCAG 2.2 AA and good practice as far as axe can tell, in both themes, and no wider than its screen.

import assert from "node:assert/strict";
import axe from "axe-core";
import { painted } from "./story.mjs";

export const WIDE = { width: 1440, height: 900 };
export const NARROW = { width: 390, height: 844 };

// WCAG, and what axe recommends beyond it. It leaves one of these rules off by default.
const EVERYTHING = {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  rules: { "target-size": { enabled: true } },
};
const COLOURS = { runOnly: ["color-contrast"] };

/** Opens a page wide and narrow, makes it `ready`, and fails when axe finds something or it can be scrolled sideways. */
export async function assertAccessible(page, open, path, ready = async () => {}) {
  for (const viewport of [WIDE, NARROW]) {
    await page.setViewportSize(viewport);
    await open(path);
    await ready();
    await settled(page);
    await assertNoViolations(page, `${viewport.width} pixels wide`);
    assert.deepEqual(await overflowing(page), [], `${viewport.width} pixels wide`);
  }
}

/** Fails when axe finds something on the page as it is, light or dark. The colours alone depend on the theme. */
export async function assertNoViolations(page, what = "") {
  assert.deepEqual(await violations(page, EVERYTHING), [], `light: ${what}`);
  await page.emulateMedia({ colorScheme: "dark" });
  assert.deepEqual(await violations(page, COLOURS), [], `dark: ${what}`);
  await page.emulateMedia({ colorScheme: "light" });
}

/** Waits for what comes after the page. */
export async function settled(page) {
  await painted(page);
  await page.waitForFunction(() => !document.querySelector("[aria-busy=true], [data-pending]"));
}

/** What axe finds, one line for each element. */
async function violations(page, rules) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  return page.evaluate(async (options) => {
    const { violations } = await window.axe.run(document, options);
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target} ${node.any[0]?.message ?? node.failureSummary}`));
  }, { resultTypes: ["violations"], ...rules });
}

/** When the page can be scrolled sideways: what sticks out, and is not inside something that scrolls by itself. */
export function overflowing(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const scrolls = (element) => element && element !== document.body && (getComputedStyle(element).overflowX !== "visible" || scrolls(element.parentElement));
    const outside = [...document.querySelectorAll("body *")].filter(
      (element) => element.getBoundingClientRect().right > width + 0.5 && !scrolls(element.parentElement),
    );
    return [`${document.documentElement.scrollWidth} > ${width}`, ...outside.slice(0, 5).map((element) => `${element.tagName}.${element.className}`)];
  });
}
