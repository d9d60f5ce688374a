// What is acknowledged is on the disk: the SQLite file as it would be found after a power cut at many moments. (PostgreSQL
// answers for its own disk.)

import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { startApp } from "./lib/app.mjs";
import { acknowledgements, createCustomers, flood } from "./lib/flood.mjs";
import { afterCut, trace } from "./lib/power.mjs";

const run = promisify(execFile);
const EVENTS = 12000;
const CUTS = 40;
const NAME = "customer-health.db";

const missing = ["strace", "sqlite3"].find((tool) => spawnSync(tool, ["--version"]).status !== 0);

/** The rows of a query, each as its columns' texts. */
async function query(file, sql) {
  const { stdout } = await run("sqlite3", ["-batch", file, sql], { maxBuffer: 1 << 26 });
  return stdout.trimEnd().split("\n").map((line) => line.split("|"));
}

test("what is acknowledged survives a power cut at any moment, and nothing counts twice", { skip: missing && `${missing} is missing` }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "customer-health-power-"));
  t.after(() => rm(folder, { recursive: true }));
  const [file, traced, found] = [join(folder, NAME), join(folder, "traced"), join(folder, "found")];
  await Promise.all([mkdir(traced), mkdir(found)]);
  const app = await startApp({ databaseUrl: `sqlite://${file}` });
  const customers = await createCustomers(app.url, ["Acme", "Bolt", "Core"]);
  const paths = [file, `${file}-wal`];
  const before = await Promise.all(paths.map((path) => readFile(path)));
  const tracing = await trace(app.pid(), traced).catch(({ message }) => t.skip(message));
  if (!tracing) return app.stop();
  const sent = new Map();
  const { acknowledged, ended } = flood(app.url, "cut", customers, sent);
  await acknowledgements(acknowledged, EVENTS);
  await app.crash();
  await ended;
  const deeds = await tracing.ended();
  const flushes = paths.map((path) => (deeds.get(path) ?? []).filter(({ isFlush }) => isFlush).length);
  assert.ok(flushes[0] > 0 && flushes[1] > 20, `the log and its transfer into the file are traced: ${flushes}`);

  const times = [...sent.values()].map(({ acknowledgedAt }) => acknowledgedAt).filter(Number.isFinite);
  for (let cut = 0; cut < CUTS; cut += 1) {
    // At the end of the millisecond in which something was acknowledged.
    const moment = times[Math.floor((cut * times.length) / CUTS)] + 1;
    for (const [fate, chance] of [["nothing", () => false], ["half", () => Math.random() < 0.5]]) {
      const when = `${moment} ms, ${fate} of what was not flushed is there`;
      const images = paths.map((path, index) => afterCut(before[index], deeds.get(path), moment, chance));
      await rm(join(found, `${NAME}-shm`), { force: true });
      await Promise.all([writeFile(join(found, NAME), images[0]), writeFile(join(found, `${NAME}-wal`), images[1])]);
      const image = join(found, NAME);
      assert.deepEqual(await query(image, "PRAGMA integrity_check"), [["ok"]], when);
      const stored = (await query(image, "SELECT message_id FROM events")).flat().filter(Boolean);
      const ids = new Set(stored);
      assert.equal(ids.size, stored.length, `an event is stored twice: ${when}`);
      const lost = [...sent].filter(([id, { acknowledgedAt }]) => acknowledgedAt < moment && !ids.has(id));
      assert.equal(lost.length, 0, `${lost.length} were acknowledged and are lost: ${when}`);
      const [[counted]] = await query(image, "SELECT COALESCE(SUM(count), 0) FROM daily_activity");
      assert.equal(Number(counted), stored.length, `counts are not what is stored: ${when}`);
    }
  }
});
