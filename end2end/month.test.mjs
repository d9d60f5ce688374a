// The month: a printable report, its periods, and its charts as files.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { assertAccessible } from "./lib/accessibility.mjs";
import { sharedApp, story } from "./lib/story.mjs";

const demo = sharedApp({ demo: true });

const now = new Date();
/** The first day of the month so many months ago. */
const monthsAgo = (count) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - count, 1));
const name = (month) => month.toISOString().slice(0, 7);
const label = (month) => month.toLocaleDateString("en-US", { month: "long", year: "numeric", timeZone: "UTC" });
const short = (cents) => (cents >= 99_950_000 ? `$${(cents / 1e8).toFixed(1)}M` : `$${(cents / 1e5).toFixed(1)}k`);
const heading = (page) => page.getByRole("heading", { level: 1 });

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with JavaScript" : "without JavaScript";

  story(`the last complete month is told in the figures of the API, ${how}`, { app: demo, javaScriptEnabled }, async ({ page, api, open }) => {
    await open("/month");
    assert.equal(await heading(page).innerText(), label(monthsAgo(1)));
    const month = await api.get("/month");
    assert.equal(month.period.period, name(monthsAgo(1)));
    const [, atRisk, churnRisk] = month.period.end;
    const sentence = (await page.locator(".month .sentence").innerText()).replace(/\s+/g, " ");
    assert.ok(sentence.startsWith(`${short(atRisk.arrCents + churnRisk.arrCents)} of `), sentence);
    assert.match(sentence, new RegExp(`was not healthy at the end of ${label(monthsAgo(1))}, .* at the end of ${label(monthsAgo(2))}\\.$`));
    const flow = page.getByRole("region", { name: "Flow between bands" });
    assert.match(await flow.getByRole("img").locator("desc").textContent(), /^From Healthy \$.* to Healthy \$/);
    assert.equal(await flow.locator(".moves__list li").count(), month.period.moves.length + month.period.movesByRules.length);
    const falls = page.getByRole("region", { name: `Why ${month.fell.customers} customers fell to a worse band` });
    assert.equal(await falls.locator(".fallen li").count(), Math.min(8, month.fell.items.length));
    await page.getByRole("link", { name: "Figures as CSV" }).waitFor();
  });

  story(`another month and a quarter are a link and a choice away, ${how}`, { app: demo, javaScriptEnabled }, async ({ page, open }) => {
    await open("/");
    await page.getByRole("link", { name: "The last month, to print" }).click();
    await page.getByRole("link", { name: "month before: " + label(monthsAgo(2)) }).click();
    await page.getByRole("heading", { level: 1, name: label(monthsAgo(2)) }).waitFor();
    await page.getByRole("link", { name: "month after: " + label(monthsAgo(1)) }).click();
    await page.getByRole("heading", { level: 1, name: label(monthsAgo(1)) }).waitFor();
    const quarter = `Q${Math.floor(now.getUTCMonth() / 3) + 1} ${now.getUTCFullYear()}`;
    await page.getByRole("combobox", { name: "Month or quarter" }).selectOption({ label: quarter });
    if (!javaScriptEnabled) await page.getByRole("button", { name: "Apply" }).click();
    await page.getByRole("heading", { level: 1, name: quarter }).waitFor();
    await page.locator(".sentence", { hasText: `in ${quarter} so far` }).waitFor();
    await page.getByRole("combobox", { name: "Segment" }).selectOption("SMB");
    if (!javaScriptEnabled) await page.getByRole("button", { name: "Apply" }).click();
    await page.getByText("Only SMB").waitFor();
    assert.match(page.url(), /period=\d{4}-Q\d&segment=SMB/);
  });
}

story("a period that is not known, or no period, says so", { app: demo, console: ["error: Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)"] }, async ({ page, open }) => {
  await open(`/month?period=${now.getUTCFullYear() - 2}-Q1`);
  await page.getByText("are not known any more.").waitFor();
  await page.getByText("Whatever needs an earlier day is left out here.").waitFor();
  assert.equal(await page.getByRole("region", { name: "Flow between bands" }).count(), 0);
  await open("/month?period=2026-13");
  await page.getByText("period must be a month such as 2026-10").waitFor();
});

story("an empty database has an empty report", async ({ page, open }) => {
  await open("/month");
  await page.getByText(`No customers at the end of ${label(monthsAgo(1))}.`).waitFor();
  await page.getByRole("heading", { name: "Went: nobody" }).waitFor();
});

story("on paper there is nothing to click, on two pages at most", { app: demo }, async ({ page, open }) => {
  await open("/month");
  await page.emulateMedia({ media: "print" });
  const controls = page.locator("main").locator("button, select, summary, .tabs");
  assert.deepEqual(await controls.evaluateAll((found) => found.filter((one) => one.checkVisibility()).map((one) => one.outerHTML)), []);
  const pdf = (await page.pdf({ format: "A4" })).toString("latin1");
  const pages = pdf.match(/\/Type\s*\/Page\b/g).length;
  assert.ok(pages <= 2, `${pages} pages`);
});

story("axe finds nothing on the month, light and dark, wide and narrow", { app: demo }, ({ page, open }) => assertAccessible(page, open, "/month"));

/** Saves a chart by its menu; the file's name and content. */
async function saved(page, title, words) {
  const menu = page.locator("details", { has: page.getByLabel(`Save the chart: ${title}`) });
  if ((await menu.getAttribute("open")) === null) await menu.locator("summary").click();
  const [download] = await Promise.all([page.waitForEvent("download"), menu.getByRole("button", { name: words }).click()]);
  await menu.getByRole("status").filter({ hasText: "Saved." }).waitFor();
  return { name: download.suggestedFilename(), content: await readFile(await download.path()) };
}

/** How a picture looks: its size, and the colour in its corner. */
const look = (page, type, content) =>
  page.evaluate(async ([type, base64]) => {
    const image = new Image();
    image.src = `data:${type};base64,${base64}`;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const colours = new Set();
    const { data } = context.getImageData(0, 0, image.width, image.height);
    for (let at = 0; at < data.length; at += 4) colours.add(data.slice(at, at + 3).join());
    return { width: image.width, height: image.height, corner: [...data.slice(0, 3)].join(), colours: colours.size };
  }, [type, content.toString("base64")]);

const CHARTS = [
  ["/", "ARR by band", "bands-over-time", /Churn risk/],
  ["/", "ARR by score", "scores", /90/],
  ["/customers/1", "Score over time", "score-over-time", /Healthy/],
  ["/customers/1", "How the score is put together", "score", /Weight/],
  ["/month", `ARR by band: ${label(monthsAgo(1))}`, "at-risk", /At risk/],
  ["/month", `Flow between bands: ${label(monthsAgo(1))}`, "flow", /Healthy/],
];

for (const colorScheme of ["light", "dark"]) {
  story(`every chart is saved as it looks, with its typeface, ${colorScheme}`, { app: demo, colorScheme }, async ({ page, open }) => {
    const surface = colorScheme === "light" ? "255,255,255" : "20,24,28";
    for (const [path, title, name, words] of CHARTS) {
      if (new URL(page.url()).pathname !== path) await open(path);
      const svg = await saved(page, title, "Save SVG");
      assert.equal(svg.name, `${name}.svg`);
      const text = svg.content.toString();
      assert.match(text, /@font-face\{font-family:"?Inter"?;[^}]*url\(data:font\/woff2;base64,[A-Za-z0-9+/]{10000}/, title);
      assert.match(text, words);
      assert.ok(text.includes(`>${title}</text>`), title);
      assert.doesNotMatch(text, /color-mix|var\(|foreignObject|color\(srgb/, title);
      const drawn = await look(page, "image/svg+xml", svg.content);
      assert.ok(drawn.colours > 10 && drawn.width > 150 && drawn.height > 80, `${title}: ${JSON.stringify(drawn)}`);
      const png = await saved(page, title, "Save PNG");
      const pixels = await look(page, "image/png", png.content);
      assert.deepEqual([png.name, pixels.width, pixels.height], [`${name}.png`, 2 * drawn.width, 2 * drawn.height]);
      assert.ok([drawn.corner, pixels.corner].every((corner) => corner === surface || path === "/"), `${title}: ${pixels.corner}`);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Save PNG" }).first().waitFor({ state: "hidden" });
    }
  });
}

story("a chart is copied, and says so when it cannot be", { app: demo }, async ({ page, open, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open("/month");
  const menu = page.locator(".save-chart").last();
  await menu.locator("summary").focus();
  await page.keyboard.press("Enter");
  await menu.getByRole("button", { name: "Copy PNG" }).click();
  await menu.getByText("Copied.").waitFor();
  assert.deepEqual(await page.evaluate(async () => (await navigator.clipboard.read())[0].types), ["image/png"]);
  await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  await menu.getByRole("button", { name: "Copy PNG" }).click();
  await menu.getByText("Copying needs HTTPS. Save the PNG instead.").waitFor();
});

story("without JavaScript there is no menu to save charts", { app: demo, javaScriptEnabled: false }, async ({ page, open }) => {
  for (const path of ["/", "/customers/1", "/month"]) {
    await open(path);
    assert.equal(await page.locator(".save-chart:visible").count(), 0, path);
  }
});
