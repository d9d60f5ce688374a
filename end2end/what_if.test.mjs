// Rules that are tried on the whole portfolio while they move: in the browser alone, and with the figures of the server.

import assert from "node:assert/strict";
import { painted, sharedApp, story } from "./lib/story.mjs";

const five = sharedApp({}, (api) => api.five());
const demo = sharedApp({ demo: true });

const part = (page, name) => page.getByRole("group", { name, exact: true });
const effect = (page) => page.getByRole("complementary", { name: "With these rules" });
const row = (page, name) => effect(page).getByRole("row").filter({ has: page.getByRole("rowheader", { name, exact: true }) });
const weight = (page, name) => page.getByRole("slider", { name: `How much ${name} counts` });
const scale = (page, name) => part(page, name).getByLabel("Scale");

/** The page with the first effect on it, and the requests that follow. */
async function opened({ page, open }, path = "/scorecard") {
  await open(path);
  await effect(page).getByText("mean,").waitFor();
  const requests = [];
  page.on("request", (request) => requests.push(new URL(request.url()).pathname));
  return requests;
}

story("a slider, a field and a curve show their effect without a request", { app: five }, async (it) => {
  const { page } = it;
  const requests = await opened(it);
  await effect(page).getByText("mean, nobody changes band").waitFor();
  const now = await row(page, "Healthy").innerText();
  await part(page, "Login frequency").getByText("25 % of the score").waitFor();
  await weight(page, "Login frequency").focus();
  for (let presses = 0; presses < 50; presses++) await page.keyboard.press("ArrowRight");
  assert.equal(await part(page, "Login frequency").getByLabel("Weight").inputValue(), "75");
  await part(page, "Login frequency").getByText("50 % of the score").waitFor();
  await part(page, "API trend").getByText("6.7 % of the score").waitFor();
  // (50*75 + 60*25 + 80*20 + 100*20 + 50*10) / 150 = 62.3 for Acme, who was at 68.5.
  await page.getByLabel("Healthy from").fill("62.3");
  await effect(page).getByRole("link", { name: "Acme" }).waitFor();
  await effect(page).getByRole("listitem").filter({ hasText: "Acme" }).getByText("$120k").waitFor();
  await effect(page).getByRole("listitem").filter({ hasText: "Acme" }).getByText("62.3").waitFor();
  await page.getByLabel("Healthy from").fill("62.4");
  await effect(page).getByRole("link", { name: "Acme" }).waitFor({ state: "detached" });
  await page.getByLabel("Assumed factors").selectOption("exclude");
  await page.getByLabel("Coverage floor in %").fill("90");
  await row(page, "No data").getByText("4").waitFor();
  await page.getByRole("status").filter({ hasText: "The mean score goes from" }).waitFor();
  await page.getByLabel("Coverage floor in %").fill("");
  await effect(page).getByText("Not tried: Coverage floor is required").waitFor();
  await page.getByRole("button", { name: "Back to the rules in force" }).click();
  await effect(page).getByText("mean, nobody changes band").waitFor();
  assert.equal(await row(page, "Healthy").innerText(), now);
  assert.equal(await weight(page, "Login frequency").inputValue(), "25");
  assert.equal(await page.getByLabel("Assumed factors").inputValue(), "neutral");
  assert.deepEqual(requests, []);
});

story("with more customers than can be tried the page says so, and previews", { app: five }, async ({ page, open }) => {
  // The server's own answer, but for the number of customers.
  await page.route("**/app/measure_portfolio*", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), active: 20_001 } });
  });
  await open("/scorecard");
  await effect(page).getByText("With 20,001 customers there is no live effect, which is for 20,000 at most. The preview shows it.").waitFor();
  await part(page, "Login frequency").getByLabel("Weight").fill("75");
  await page.getByRole("button", { name: "Preview" }).click();
  await page.getByRole("heading", { name: "What would change" }).waitFor();
});

story("a curve is moved with the arrow keys and with the pointer", { app: five }, async (it) => {
  const { page } = it;
  const requests = await opened(it);
  const point = (number, of) => page.getByRole("slider", { name: `Login frequency, point ${number} of ${of}` });
  await point(2, 2).focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await scale(page, "Login frequency").inputValue(), "0 = 0, 21 = 100");
  await page.keyboard.press("Shift+ArrowDown");
  assert.equal(await scale(page, "Login frequency").inputValue(), "0 = 0, 21 = 90");
  await point(2, 2).and(page.locator('[aria-valuetext="21 scores 90"]')).waitFor();
  assert.ok(await point(2, 2).evaluate((element) => element === document.activeElement), "the focus stays");
  await page.keyboard.press("Delete");
  assert.equal(await scale(page, "Login frequency").inputValue(), "0 = 0, 21 = 90", "two points are the least");
  await part(page, "Login frequency").getByRole("button", { name: "Add a point" }).click();
  assert.equal(await scale(page, "Login frequency").inputValue(), "0 = 0, 10 = 45, 21 = 90");
  await point(2, 3).focus();
  await page.keyboard.press("Delete");
  await point(2, 2).waitFor();

  await point(2, 2).scrollIntoViewIfNeeded();
  const from = await point(2, 2).boundingBox();
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(from.x + from.width / 2 - 60, from.y + from.height / 2 + 30, { steps: 5 });
  await page.mouse.up();
  const [, value, score] = (await scale(page, "Login frequency").inputValue()).match(/^0 = 0, (\d+) = ([\d.]+)$/).map(Number);
  assert.ok(value > 0 && value < 21, `a smaller value: ${value}`);
  assert.ok(score > 30 && score < 90, `a lower score: ${score}`);
  await page.mouse.move(from.x, from.y - 40);
  assert.equal(await scale(page, "Login frequency").inputValue(), `0 = 0, ${value} = ${score}`, "it is let go");
  await scale(page, "Login frequency").fill("5 = 0, 40 = 100");
  await page.getByRole("slider", { name: "Login frequency, point 1 of 2" }).and(page.locator('[aria-valuetext="5 scores 0"]')).waitFor();
  assert.deepEqual(requests, []);
});

story("another window asks once, and what is known already not at all", { app: five }, async (it) => {
  const { page } = it;
  const requests = await opened(it);
  const days = part(page, "Login frequency").getByLabel("Window in days");
  await days.focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("4");
  // Logins were on the last ten days: four of them lie in the window.
  await effect(page).getByRole("listitem").filter({ hasText: "Bolt" }).waitFor();
  await effect(page).and(page.locator('[aria-busy="false"]')).waitFor();
  assert.deepEqual(requests, ["/app/measure_portfolio"]);
  await days.fill("30");
  await effect(page).getByText("mean, nobody changes band").waitFor();
  await days.fill("4");
  await effect(page).getByRole("listitem").filter({ hasText: "Bolt" }).waitFor();
  await weight(page, "Support load").fill("60");
  await painted(page);
  assert.deepEqual(requests, ["/app/measure_portfolio"]);
});

story("the effect is that of the preview", { app: demo }, async (it) => {
  const { page } = it;
  const requests = await opened(it, "/scorecard?template=five_and_silence&version=1");
  await weight(page, "Days of silence").fill("90");
  await page.getByLabel("Healthy from").fill("80");
  const measured = page.waitForResponse(/measure_portfolio/);
  await part(page, "Support load").getByLabel("Window in days").fill("30");
  await measured;
  await effect(page).and(page.locator('[aria-busy="false"]')).waitFor();
  await effect(page).getByText(/[1-9]\d* change band/).waitFor();
  await page.waitForFunction(() => !document.querySelector(".what-if__notice"));
  assert.equal(requests.filter((path) => path.endsWith("measure_portfolio")).length, 1);
  const bands = {};
  for (const band of ["Healthy", "At risk", "Churn risk", "No data"]) {
    const [customers] = await row(page, band).getByRole("cell").allInnerTexts();
    const numbers = customers.match(/\d+/g);
    bands[band] = [numbers[0], numbers.at(-1)];
  }
  const [moving] = (await effect(page).getByText(/change band/).first().innerText()).match(/\d+(?= change)/);
  const movers = await effect(page).getByRole("listitem").getByRole("link").allInnerTexts();
  assert.equal(movers.length, Math.min(Number(moving), 50));
  const mean = (await effect(page).locator(".what-if__figures").innerText()).match(/\d+\.\d/g);

  await page.getByRole("button", { name: "Preview" }).click();
  const preview = page.getByRole("region", { name: "What would change" });
  await preview.getByText(`${moving} of`).waitFor();
  await preview.getByText(`the mean score would go from ${mean[0]} to ${mean[1]}`).waitFor();
  for (const [band, [now, then]] of Object.entries(bands)) {
    const cells = preview.getByRole("table", { name: "Customers per band" }).getByRole("row").filter({ hasText: band }).getByRole("cell");
    assert.deepEqual(await cells.allInnerTexts(), [now, then], band);
  }
  // The server says in full what the page named.
  await effect(page).getByText(`${moving} change band`).waitFor();
  assert.equal(requests.filter((path) => path.endsWith("measure_portfolio")).length, 1, "the measurements are still there");
});

story("several scorecards are tried together, each on its customers", { app: five }, async (it) => {
  const { page } = it;
  await opened(it);
  await page.getByRole("button", { name: "Add a scorecard" }).click();
  await page.getByRole("button", { name: "Everybody else" }).waitFor();
  await page.getByLabel("Healthy from").fill("100");
  // Bolt began ten days ago and is scored by the new scorecard; Acme began 300 days ago and is not.
  await effect(page).getByRole("link", { name: "Bolt" }).waitFor();
  const figures = await page.locator(".what-if__figures").innerText();
  const [mean] = figures.match(/\d+\.\d/g);
  const [moving] = figures.match(/\d+(?= changes? band)/);
  await page.getByRole("button", { name: "Preview" }).click();
  const preview = page.getByRole("region", { name: "What would change" });
  await preview.getByText(`${moving} of 5 active customers would change band; the mean score would stay at ${mean}`).waitFor();
  assert.equal(await effect(page).getByRole("link", { name: "Acme" }).count(), 0);
});

story("without customers the page says so", async (it) => {
  await it.open("/scorecard");
  await effect(it.page).getByText("No customer yet").waitFor();
});

story("without JavaScript the form stands alone", { app: five, javaScriptEnabled: false }, async ({ page, open }) => {
  await open("/scorecard");
  await page.getByRole("button", { name: "Preview" }).waitFor();
  assert.equal(await page.locator(".what-if__outcome").isVisible(), false);
  assert.equal(await page.getByRole("slider").count(), 0);
  await part(page, "Login frequency").getByText("25 % of the score").waitFor();
});

story("on a phone the effect stays at the bottom while the fields scroll", { app: five, viewport: { width: 390, height: 844 } }, async (it) => {
  const { page } = it;
  await opened(it);
  for (const name of ["Login frequency", "API trend"]) {
    await weight(page, name).scrollIntoViewIfNeeded();
    const bar = await page.locator(".what-if__bar").boundingBox();
    const menu = await page.getByRole("navigation").first().boundingBox();
    assert.ok(bar.y > 500 && bar.y + bar.height <= menu.y + 1, `${name}: ${JSON.stringify([bar, menu])}`);
  }
});
