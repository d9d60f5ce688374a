// Files in and out on the command line, with the real binary, while its server runs.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { binary, startApp } from "./lib/app.mjs";
import { api, morning } from "./lib/facts.mjs";

/** Runs a command on a database: its exit code and what it printed. */
function run(databaseUrl, ...args) {
  const env = { PATH: process.env.PATH, DATABASE_URL: databaseUrl, LOG: "error" };
  return new Promise((resolve) =>
    execFile(binary, args, { env }, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr })),
  );
}

test("files are imported, exported and undone while the server runs", { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "customer-health-cli-"));
  const databaseUrl = `sqlite://${folder}/app.db`;
  const app = await startApp({ databaseUrl });
  const { get } = api(app.url);
  const file = async (name, text) => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  try {
    const customers = await file("customers.csv", "Account No,Company,plan\nx-1,Xenon,SMB\nx-2,Yttrium,gold\n");
    const mapped = ["import", customers, "--map", "Account No=externalId"];
    const errors = join(folder, "errors.csv");
    const dry = await run(databaseUrl, ...mapped, "--dry-run", "--errors", errors);
    assert.equal(dry.code, 1, "a refused row is a failure");
    assert.match(dry.stderr, /dry run, nothing is written: 2 rows of customers: 1 created, 1 refused/);
    assert.match(dry.stderr, /line 3: plan must be one of/);
    assert.equal(await readFile(errors, "utf8"), "line,column,field,error\n3,plan,segment,\"must be one of Enterprise, SMB, Startup, or be added to the rules: “Add the segments found” (--add-segments)\"\n");
    assert.equal((await get("/customers")).total, 0);
    const plain = [...mapped, "--map", "plan=", "--default", "segment=Startup", "--author", "Ann"];
    assert.match((await run(databaseUrl, ...plain)).stdout, /import 1: 2 rows of customers: 2 created/);
    assert.match((await run(databaseUrl, ...plain)).stdout, /2 unchanged; it changes nothing/);

    const events = await file("events.ndjson", `${JSON.stringify({ customer: "x-1", type: "login", ts: morning(1) })}\n`);
    assert.match((await run(databaseUrl, "import", events)).stdout, /1 row of events: 1 created/);
    const [{ customer, health }] = (await get("/customers?search=Xenon")).items;
    assert.equal(health.factors.loginFrequency.value, 1);

    const exported = await run(databaseUrl, "export", "--format", "ndjson", "--out", join(folder, "out"));
    assert.match(exported.stdout, /exported 2 customers, 1 events, 0 retracted events, 2 health/);
    assert.equal((await run(databaseUrl, "export", "--format", "ndjson", "--out", join(folder, "out"))).code, 1, "nothing is overwritten");
    const elsewhere = `sqlite://${folder}/other.db`;
    for (const name of ["customers", "events"]) {
      const imported = await run(elsewhere, "import", join(folder, "out", `${name}.ndjson`));
      assert.equal(imported.code, 0, imported.stderr);
    }

    const missing = `sqlite://${folder}/missing.db`;
    for (const args of [["export", "--out", join(folder, "nothing")], ["backup", join(folder, "nothing.db")]]) {
      const refused = await run(missing, ...args);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /there is no database sqlite:.*missing.db/);
    }

    const copy = join(folder, "copy.db");
    assert.equal((await run(databaseUrl, "backup", copy)).code, 0);
    assert.match((await run(databaseUrl, "backup", copy)).stderr, /exists already/);
    assert.match((await run("postgres://nobody@127.0.0.1:1/nothing", "backup", join(folder, "pg.db"))).stderr, /pg_dump/);

    assert.match((await run(databaseUrl, "import", "--undo", "3")).stdout, /import 3 undone: 1 event retracted/);
    const after = await get(`/customers/${customer.id}/health`);
    assert.equal(after.factors.loginFrequency.value, null, "no login is known any more");
    assert.match((await run(databaseUrl, "import", "--undo", "3")).stderr, /undone already/);
  } finally {
    await app.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
