// `make bench`, lines `what_if` and `what_if_frame`: how many customers the browser's half scores in a millisecond while rules move,
// and how long it is at work for a move until that is painted, in Chromium, with the five factors and with twelve; and how many bytes
// bring the portfolio there. The work on a move with 10,000 customers must fit into a frame of 16 ms.

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

const devtools = await page.context().newCDPSession(page);

/** Returns what Chromium's main threads and user timings did meanwhile. */
async function traced(work) {
  const events = [];
  const collect = ({ value }) => events.push(...value);
  devtools.on("Tracing.dataCollected", collect);
  const includedCategories = ["blink.user_timing", "disabled-by-default-devtools.timeline"];
  await devtools.send("Tracing.start", { traceConfig: { includedCategories } });
  await work();
  const complete = new Promise((done) => devtools.once("Tracing.tracingComplete", done));
  await devtools.send("Tracing.end");
  await complete;
  devtools.off("Tracing.dataCollected", collect);
  return events;
}

const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];

/**
 * Moves something again and again. Returns the medians of the milliseconds of scoring alone, and of all that the page's main thread
 * works from the move until it is painted: scripts, style, layout and paint. It is not charged with waiting for the next frame.
 */
async function moves(name, texts) {
  let scoring;
  const events = await traced(async () => {
    scoring = await page.evaluate(
      async ([name, texts]) => {
        const field = document.querySelector(`[name="${name}"]`);
        const pause = () => new Promise((done) => setTimeout(done, 100));
        const scoring = [];
        for (const text of texts) {
          await pause();
          performance.mark("move");
          field.value = text;
          field.dispatchEvent(new Event("input", { bubbles: true }));
          await pause();
          performance.mark("moved");
          scoring.push(performance.getEntriesByName("what-if", "measure").at(-1).duration);
        }
        return scoring;
      },
      [name, texts],
    );
  });
  const marks = (mark) => events.filter((event) => event.name === mark && event.cat === "blink.user_timing");
  const [begins, ends] = [marks("move"), marks("moved")].map((found) => found.sort((a, b) => a.ts - b.ts));
  const isTask = ({ name, pid, tid }) => name === "RunTask" && pid === begins[0].pid && tid === begins[0].tid;
  const tasks = events.filter(isTask);
  // The task in which the move is made counts, and that in which its end is noted does not.
  const within = ({ ts, dur }, place) => ts + dur > begins[place].ts && ts + dur < ends[place].ts;
  const whole = begins.map((_, place) => tasks.filter((task) => within(task, place)).reduce((sum, task) => sum + task.tdur, 0) / 1000);
  return { scoring: median(scoring), whole: median(whole) };
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
  const slowest = (what) => Math.max(...Object.values(cases).map((times) => times[what]));
  const note = (what) => Object.entries(cases).map(([name, times]) => `${name} ${times[what].toFixed(1)} ms`).join(", ");
  print(name, CUSTOMERS / slowest("scoring"), CUSTOMERS / FRAME_MS, "customers/ms", note("scoring"));
  print(`${name}_frame`, 1000 / slowest("whole"), 1000 / FRAME_MS, "moves/s", note("whole"));
}

function print(name, ours, limit, unit, note) {
  const figures = [ours.toFixed(0).padStart(10), limit.toFixed(0).padStart(10), (ours / limit).toFixed(2).padStart(6)];
  console.log(`${name.padEnd(24)} ${figures.join(" ")}   1.00 ${" ".repeat(8)}  ${unit.padEnd(12)} ${note}`);
  failed ||= ours < limit;
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
