// A server that is away: pages keep what they show, say so in one line, and go on by themselves.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request } from "node:http";
import { pipeline } from "node:stream";
import { expectCount, list, rowNames } from "./lib/list.mjs";
import { story } from "./lib/story.mjs";

const unavoidable = /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_CONTENT_LENGTH_MISMATCH|ERR_INCOMPLETE_CHUNKED_ENCODING/;

const line = (page) => page.getByRole("status").getByText("The server does not answer.");
// The page fades.
const untilFilter = (page, filter) =>
  page.waitForFunction((filter) => getComputedStyle(document.querySelector("main")).filter === filter, filter);

story("a filter that the server cannot answer leaves the list, and is applied when the server is back", { unavoidable }, async ({ page, api, app, open }) => {
  await api.five();
  await open("/");
  const names = await rowNames(page);
  await app.end();
  await page.getByRole("combobox", { name: "Segment" }).selectOption("Enterprise");
  await line(page).waitFor();
  await untilFilter(page, "grayscale(1)");
  assert.deepEqual(await rowNames(page), names);
  assert.equal(await page.getByRole("alert").count(), 0);
  assert.equal(await page.getByText("database").count(), 0);

  await app.start();
  await expectCount(page, 1);
  await line(page).waitFor({ state: "detached" });
  await untilFilter(page, "none");
});

story("a page that only looks on says that the server is away", { unavoidable }, async ({ page, api, app, open }) => {
  const { id } = await api.acme();
  await open(`/customers/${id}`);
  await page.getByRole("banner").getByText("Live").waitFor();
  await app.end();
  await line(page).waitFor();
  await page.locator(".standing__score").getByText("68.5", { exact: true }).waitFor();
  await app.start();
  await line(page).waitFor({ state: "detached" });
});

story("a page that is opened while the server is away comes when it is back", { unavoidable }, async ({ page, api, app, open }) => {
  const { id } = await api.acme();
  await open("/help");
  await app.end();
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Portfolio" }).click();
  await line(page).waitFor();
  await app.start();
  await list(page).getByRole("link", { name: "Acme" }).click();
  await page.waitForURL(`**/customers/${id}`);
  await page.getByRole("heading", { name: "Acme", level: 1 }).waitFor();
  await line(page).waitFor({ state: "detached" });
});

story("a page whose code does not come leaves the one before, and opens when the server is back", { unavoidable }, async ({ page, app, open }) => {
  await open("/import");
  await app.end();
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Today" }).click();
  await line(page).waitFor();
  await page.getByRole("heading", { name: "Import", level: 1 }).waitFor();
  await app.start();
  await page.getByRole("heading", { name: "Today", level: 1 }).waitFor();
  await line(page).waitFor({ state: "detached" });
});

story("a part of the code whose transfer breaks off is asked for again", { unavoidable }, async ({ page, app }) => {
  const asked = [];
  const proxy = createServer((incoming, answer) => {
    const onward = request(new URL(incoming.url, app.url), { headers: incoming.headers }, (came) => {
      answer.writeHead(came.statusCode, came.headers);
      const breaks = incoming.url.includes("office") && asked.push(incoming.url) === 1;
      if (breaks) came.once("data", (bytes) => answer.write(bytes.subarray(0, 1000), () => answer.destroy()));
      else pipeline(came, answer, () => {});
    });
    onward.on("error", () => answer.destroy()).end();
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  try {
    await page.goto(`http://127.0.0.1:${proxy.address().port}/help`);
    await page.locator("body[data-hydrated]").waitFor();
    assert.equal(asked.length, 2);
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
});

story("a form that cannot be sent says so and keeps its text", { unavoidable }, async ({ page, api, app, open }) => {
  const { id } = await api.acme();
  await open(`/customers/${id}/events/new`);
  await page.getByLabel("Who logged in").fill("maria");
  await app.end();
  await page.getByRole("button", { name: "Log login" }).click();
  await page.getByRole("alert").getByText("The server does not answer at the moment. Please try again.").waitFor();
  assert.equal(await page.getByLabel("Who logged in").inputValue(), "maria");
});
