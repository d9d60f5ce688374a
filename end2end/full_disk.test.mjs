// A full disk is a 503 that passes: nothing that was acknowledged is lost, and the server goes on when there is room again.

import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { startApp } from "./lib/app.mjs";
import { createCustomers } from "./lib/flood.mjs";

const run = promisify(execFile);
const missing = ["prlimit"].find((tool) => spawnSync(tool, ["--version"]).status !== 0);

/** Sends one event; its answer, and whether that is one of the two there may be. */
async function send(app, customer, number) {
  const body = JSON.stringify({ kind: "support_ticket", messageId: `m-${number}`, subject: "x".repeat(400) });
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${app.url}/api/customers/${customer}/events`, { method: "POST", headers, body });
  assert.ok([200, 201, 503].includes(answer.status), `${answer.status}: ${await answer.text()}`);
  if (answer.status === 503) assert.ok(Number(answer.headers.get("retry-after")) > 0);
  return answer.status;
}

async function until(condition, what) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.fail(`never: ${what}`);
}

test("a full disk is a 503, and gone when there is room again", { skip: missing && `${missing} is missing` }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "customer-health-full-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "full.db");
  const app = await startApp({ databaseUrl: `sqlite://${file}`, endure: "XFSZ" });
  t.after(() => app.stop());
  const [customer] = await createCustomers(app.url, ["Acme"]);
  const ready = async () => (await fetch(`${app.url}/readyz`)).status;
  assert.equal(await ready(), 200);

  // No file of the process may grow further: what a full disk does, without a disk of its own.
  const limit = (bytes) => run("prlimit", [`--pid=${app.pid()}`, `--fsize=${bytes}:unlimited`]);
  await limit((await stat(`${file}-wal`)).size + 300_000);
  const acknowledged = [];
  let [number, refused] = [0, 0];
  while (refused < 60) {
    const numbers = Array.from({ length: 20 }, () => (number += 1));
    const statuses = await Promise.all(numbers.map((one) => send(app, customer, one)));
    acknowledged.push(...numbers.filter((_, index) => statuses[index] !== 503));
    refused += statuses.filter((status) => status === 503).length;
  }
  await until(async () => (await ready()) === 503, "it says that it is not ready");
  const answer = await fetch(`${app.url}/readyz`);
  assert.ok(Number(answer.headers.get("retry-after")) > 0);
  assert.equal((await fetch(`${app.url}/api/customers`)).status, 200, "what is there can be read");

  await limit("unlimited");
  await until(async () => (await ready()) === 200, "it is ready again");
  for (let one = number + 1; one <= number + 20; one += 1) assert.equal(await send(app, customer, one), 201);
  for (const one of acknowledged) assert.equal(await send(app, customer, one), 200, `event ${one} was acknowledged`);
});
