// `make bench`, line `what_if`: how many customers the browser's half scores in a millisecond while rules move, in Chromium, with
// the five factors and with twelve; and how many bytes bring the portfolio there. 10,000 customers must fit into a frame of 16 ms.

import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary, startApp } from "./lib/app.mjs";
import { launchBrowser } from "./lib/browser.mjs";

const CUSTOMERS = Number(process.env.CUSTOMERS ?? 10_000);
const FRAME_MS = 16;
const MOVES = 60;
/** Factors besides the five. */
const MORE = ["activeDays", "daysSince", "pace", "daysOverdue", "count", "distinctFeatures", "trend"];

const folder = await mkdtemp(join(tmpdir(), "customer-health-bench-"));
const databaseUrl = `sqlite://${folder}/bench.db`;
execFileSync(binary, ["demo", "--database-url", databaseUrl, "--customers", String(CUSTOMERS), "--days", "60"], { stdio: "inherit" });
const app = await startApp({ databaseUrl });
const browser = await launchBrowser();
const page = await browser.newPage({ baseURL: app.url, viewport: { width: 1440, height: 900 } });
page.setDefaultTimeout(300_000);

const answers = [];
page.on("requestfinished", async (request) => {
  if (!request.url().endsWith("measure_portfolio")) return;
  const [sizes, response] = await Promise.all([request.sizes(), request.response()]);
  answers.push({ bytes: sizes.responseBodySize, plain: (await response.body()).length, encoding: response.headers()["content-encoding"] });
});

/** Waits until the effect is that of what the form says. */
async function settled() {
  await page.locator(".what-if__figures").waitFor();
  await page.waitForFunction(() => document.querySelector('.what-if__outcome[aria-busy="false"]') && !document.querySelector(".what-if__notice"));
}

/** Moves something again and again. Returns the medians of scoring alone, and of all work until the frame is painted. */
function moves(name, texts) {
  return page.evaluate(
    async ([name, texts]) => {
      const field = document.querySelector(`[name="${name}"]`);
      const nextTask = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      const scoring = [];
      const whole = [];
      for (const text of texts) {
        field.value = text;
        await nextTask();
        const begun = await new Promise((begin) =>
          requestAnimationFrame(() => {
            // What the page does in answer runs in the next frame's callbacks, before this one.
            field.dispatchEvent(new Event("input", { bubbles: true }));
            requestAnimationFrame(() => {});
            begin(performance.now());
          }),
        );
        await nextTask();
        const timing = performance.getEntriesByName("what-if", "measure").at(-1);
        scoring.push(timing.duration);
        whole.push(performance.now() - Math.max(begun, timing.startTime));
      }
      const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];
      return { scoring: median(scoring), whole: median(whole) };
    },
    [name, texts],
  );
}

const range = (from) => Array.from({ length: MOVES }, (_, place) => from + place);
let failed = false;

async function measure(name) {
  await settled();
  const cases = {
    "a weight": await moves("factors.loginFrequency.weight", range(20).map(String)),
    "a scale": await moves("factors.loginFrequency.points", range(20).map((end) => `0 = 0, ${end} = 100`)),
    "a band": await moves("bands.healthy", range(41).map(String)),
  };
  const slowest = Math.max(...Object.values(cases).map(({ scoring }) => scoring));
  const rate = CUSTOMERS / slowest;
  const limit = CUSTOMERS / FRAME_MS;
  const note = Object.entries(cases).map(([what, { scoring, whole }]) => `${what} ${scoring.toFixed(1)} ms, painted after ${whole.toFixed(1)} ms`);
  console.log(`${name.padEnd(18)} ${rate.toFixed(0).padStart(10)} ${limit.toFixed(0).padStart(10)} ${(rate / limit).toFixed(2).padStart(6)}   1.00 customers/ms  ${note.join("; ")}`);
  failed ||= rate < limit;
}

try {
  await page.goto("/scorecard");
  await page.locator("body[data-hydrated]").waitFor();
  await settled();
  const [first] = answers;
  console.log(`${CUSTOMERS} customers with five measures: ${first.bytes} bytes (${first.encoding}), ${first.plain} unpacked`);
  await measure("what_if");
  await page.getByRole("button", { name: "Back to the rules in force" }).click();
  for (const kind of MORE) {
    const before = await page.locator("fieldset[id^=factor-]").count();
    await page.getByLabel("One more factor").selectOption(kind);
    await page.waitForFunction((before) => document.querySelectorAll("fieldset[id^=factor-]").length > before, before);
    await settled();
  }
  await measure("what_if_12");
} finally {
  await browser.close();
  await app.stop();
  await rm(folder, { recursive: true, force: true });
}
if (failed) {
  console.error(`a trial of ${CUSTOMERS} customers takes more than ${FRAME_MS} ms`);
  process.exitCode = 1;
}
