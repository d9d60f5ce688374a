// Imports whose process is killed or suspended in the middle: what was stored is counted, somebody notices, and whoever comes
// back writes nothing over what was done meanwhile.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { binary, startApp } from "./lib/app.mjs";
import { postgres, sqlite } from "./lib/databases.mjs";
import { api, daysAgo } from "./lib/facts.mjs";

const ROWS = 100_000;
const CUSTOMERS = 50;

/** Events of some customers, each with an id of its own. */
function events() {
  const lines = ["customer,type,ts,id,user"];
  for (let row = 0; row < ROWS; row += 1) {
    lines.push(`x-${row % CUSTOMERS},login,${daysAgo(1 + (row % 60))}T08:00:00Z,m-${row},ada`);
  }
  return `${lines.join("\n")}\n`;
}

async function createCustomers(url) {
  const ids = [];
  for (let number = 0; number < CUSTOMERS; number += 1) {
    ids.push((await api(url).post("/customers", { name: `Customer ${number}`, segment: "SMB", externalId: `x-${number}` })).id);
  }
  return ids;
}

/** What the page of the import knows. */
async function look(url, id) {
  const answer = await fetch(`${url}/app/load_import?id=${id}`);
  assert.equal(answer.status, 200);
  return (await answer.json()).import;
}

/** Looks again until it is so. */
async function until(url, id, isSo) {
  for (;;) {
    const found = await look(url, id);
    if (isSo(found)) return found;
    await pause(50);
  }
}

/** Presses a button of the page. */
async function press(url, action, fields) {
  const answer = await fetch(`${url}/app/${action}`, { method: "POST", body: new URLSearchParams(fields) });
  assert.equal(answer.status, 200, await answer.text());
}

/** How many events the customers have, and how many of them were taken back. */
async function stored(url, customers) {
  const of = { total: 0, retracted: 0 };
  for (const customer of customers) of.total += (await api(url).get(`/customers/${customer}/events?page_size=1`)).total;
  const answer = await fetch(`${url}/api/export/retracted_events.ndjson`);
  of.retracted = (await answer.text()).split("\n").filter(Boolean).length;
  return of;
}

/** A server, and an importer on the command line beside it, which has begun to store. */
async function withImporter(create, play) {
  const database = await create();
  const folder = await mkdtemp(join(tmpdir(), "customer-health-"));
  const app = await startApp({ databaseUrl: database.url });
  const customers = await createCustomers(app.url);
  const file = join(folder, "events.csv");
  await writeFile(file, events());
  const importer = spawn(binary, ["import", file], { env: { PATH: process.env.PATH, DATABASE_URL: database.url }, stdio: ["ignore", "ignore", "pipe"] });
  const said = [];
  importer.stderr.on("data", (piece) => said.push(piece));
  const exited = once(importer, "exit").then(([code]) => ({ code, words: Buffer.concat(said).toString() }));
  try {
    for (;;) {
      const answer = await fetch(`${app.url}/app/load_import?id=1`);
      if (answer.status === 200 && (await answer.json()).import.counts.created > 0) break;
      await pause(20);
    }
    await play({ app, databaseUrl: database.url, customers, importer, exited });
  } finally {
    importer.kill("SIGKILL");
    await app.stop();
    await rm(folder, { recursive: true, force: true });
    await database.remove();
  }
}

/** Whether each thread of a process has stopped: the signal is sent before they have. Linux alone tells. */
function hasStopped(pid) {
  const threads = `/proc/${pid}/task`;
  if (!existsSync(threads)) return true;
  return readdirSync(threads).every((thread) => {
    try {
      return /\) [TZ] /.test(readFileSync(`${threads}/${thread}/stat`, "utf8"));
    } catch {
      return true; // It has ended.
    }
  });
}

/** Whether somebody keeps the one lock that SQLite has for writers. The server itself takes it for a moment now and then. */
function isLocked(databaseUrl) {
  if (!databaseUrl.startsWith("sqlite:")) return false;
  const file = databaseUrl.slice("sqlite://".length);
  const { status } = spawnSync("sqlite3", ["-cmd", ".timeout 500", file, "BEGIN IMMEDIATE; ROLLBACK;"], { stdio: "ignore" });
  return status !== 0;
}

/** Suspends the importer where others can write, or where they cannot: on SQLite it may hold the one lock that there is. */
async function suspend(importer, { url, databaseUrl }, canWrite) {
  for (;;) {
    importer.kill("SIGSTOP");
    while (!hasStopped(importer.pid)) await pause(5);
    if (isLocked(databaseUrl) !== canWrite) return;
    importer.kill("SIGCONT");
    // It runs for as long as this answer takes, and so is stopped at another point of its work each time.
    const { state } = await look(url, 1);
    assert.equal(state, "running", "it was never so while there was something to import");
  }
}

// They wait more than they work, so they wait together, and the longest begins.
describe("interrupted imports", { concurrency: 3 }, () => {
  test("while a suspended importer holds SQLite's lock, readers read on and writers are told, and then everything goes on", () =>
    withImporter(sqlite, async ({ app, databaseUrl, customers, importer, exited }) => {
      await suspend(importer, { url: app.url, databaseUrl }, false);
      assert.equal((await fetch(`${app.url}/api/customers`)).status, 200);
      assert.equal((await fetch(app.url)).status, 200);
      const send = () =>
        fetch(`${app.url}/api/customers`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ name: "New", segment: "SMB" }),
          signal: AbortSignal.timeout(40_000),
        });
      const refused = await send();
      assert.equal(refused.status, 503);
      assert.ok(Number(refused.headers.get("retry-after")) > 0);
      assert.equal((await refused.json()).detail, "The database does not answer at the moment. Please try again.");
      importer.kill("SIGCONT");
      // Who comes first decides whether it is too late for the importer; what is counted is what is stored, either way.
      const { code, words } = await exited;
      assert.ok([0, 1].includes(code), words);
      const over = await until(app.url, 1, ({ state }) => ["finished", "failed"].includes(state));
      assert.equal(over.state, code === 0 ? "finished" : "failed", words);
      const { total } = await stored(app.url, customers);
      assert.equal(over.counts.created, total);
      if (code === 0) assert.equal(total, ROWS);
      assert.equal((await send()).status, 201);
    }));

  for (const [name, create] of [["SQLite", sqlite], ["PostgreSQL", postgres]]) {
    test(`an import that a kill cuts off says what it has stored, on ${name}`, async () => {
      const database = await create();
      let app = await startApp({ databaseUrl: database.url });
      const customers = await createCustomers(app.url);
      await api(app.url).upload("events.csv", events());
      await press(app.url, "check_import", {
        import: 1, kind: "events", "column-0": "externalId", "column-1": "kind", "column-2": "occurredAt", "column-3": "messageId", "column-4": "user",
      });
      const checked = await until(app.url, 1, ({ state }) => state === "checked");
      assert.equal(checked.counts.created, ROWS);
      await press(app.url, "run_import", { import: 1 });
      await until(app.url, 1, ({ state, counts }) => state === "running" && counts.created > 0);
      await app.crash();
      app = await startApp({ databaseUrl: database.url });
      const killedAt = Date.now();
      const failed = await until(app.url, 1, ({ state }) => state === "failed");
      assert.ok(Date.now() - killedAt < 40_000, "noticed within seconds");
      const { total } = await stored(app.url, customers);
      assert.ok(total > 0 && total < ROWS);
      assert.deepEqual([failed.counts.created, failed.counts.rows], [total, total]);
      await press(app.url, "undo_import", { import: 1 });
      const undone = await until(app.url, 1, ({ state }) => state === "undone");
      assert.deepEqual([undone.undo.retracted, undone.counts.created], [total, total]);
      await app.stop();
      await database.remove();
    });

    test(`an importer that was suspended writes nothing over the undo that was pressed meanwhile, on ${name}`, () =>
      withImporter(create, async ({ app, databaseUrl, customers, importer, exited }) => {
        await suspend(importer, { url: app.url, databaseUrl }, true);
        const failed = await until(app.url, 1, ({ state }) => state === "failed");
        assert.ok(failed.counts.created > 0 && failed.counts.created < ROWS);
        await press(app.url, "undo_import", { import: 1 });
        const undone = await until(app.url, 1, ({ state }) => state === "undone");
        assert.equal(undone.undo.retracted, failed.counts.created);
        importer.kill("SIGCONT");
        const { code, words } = await exited;
        assert.equal(code, 1, words);
        assert.deepEqual(await look(app.url, 1), undone);
        const { total, retracted } = await stored(app.url, customers);
        assert.deepEqual([total, retracted], [undone.counts.created, undone.counts.created]);
      }));
  }
});
