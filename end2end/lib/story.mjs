// A test that plays in a browser: with a server and a browser profile of its own, and it fails when the console says anything.

import assert from "node:assert/strict";
import { STATUS_CODES } from "node:http";
import { after, before, test } from "node:test";
import { startApp } from "./app.mjs";
import { launchForTests } from "./browser.mjs";
import { api } from "./facts.mjs";

let browser;
before(async () => (browser = await launchForTests()));
after(() => browser.close());

/** A server that several stories of a file share, because none of them changes anything. `fill` puts facts into it. */
export function sharedApp(options, fill = async () => {}) {
  let app;
  const start = async () => {
    const started = await startApp(options);
    await fill(api(started.url));
    return started;
  };
  after(() => app?.then(({ stop }) => stop(), () => {}));
  return () => (app ??= start());
}

/** Waits until a browser has painted what was changed last. */
export const painted = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))));

/** What Chromium says when the answer to a request is an error. */
export const refused = (status) =>
  `error: Failed to load resource: the server responded with a status of ${status} (${STATUS_CODES[status]})`;

/**
 * `play` gets `page`, the `api` of its server, and `open(path)`. Options: the `app` that is shared, `console` for the messages that
 * are expected, `unavoidable` for those that may come any number of times, and what a browser context takes (`javaScriptEnabled`, `viewport`, `colorScheme`).
 */
export function story(sentence, ...rest) {
  const [options, play] = rest.length > 1 ? rest : [{}, rest[0]];
  const { app: shared, console: expected = [], unavoidable, ...contextOptions } = options;
  test(sentence, { timeout: 240_000 }, async () => {
    const app = await (shared ?? startApp)();
    const context = await browser.newContext({
      baseURL: app.url,
      viewport: { width: 1440, height: 900 },
      reducedMotion: "reduce",
      ...contextOptions,
    });
    context.setDefaultTimeout(10_000);
    try {
      const messages = consoleOf(context);
      const page = await context.newPage();
      const interactive = contextOptions.javaScriptEnabled ?? true;
      await play({ page, api: api(app.url), app, context, open: (path) => open(page, path, interactive) });
      const avoidable = messages.filter((message) => !unavoidable?.test(message));
      assert.deepEqual(avoidable, expected, "the console is empty");
    } finally {
      await context.close();
      if (!shared) await app.stop();
    }
  });
}

/** Opens a page and waits until it answers to clicks. */
async function open(page, path, interactive) {
  const response = await page.goto(path);
  if (interactive) await page.locator("body[data-hydrated]").waitFor();
  return response;
}

/** The first line of every message of every page, as they come. */
function consoleOf(context) {
  const messages = [];
  context.on("console", (message) => messages.push(`${message.type()}: ${message.text().split("\n")[0]}`));
  context.on("weberror", (error) => messages.push(`exception: ${error.error().message}`));
  return messages;
}
