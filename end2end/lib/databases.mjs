// Databases that outlive the server on them.

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A new SQLite file; `remove()` takes it away. */
export async function sqlite() {
  const folder = await mkdtemp(join(tmpdir(), "customer-health-"));
  return { url: `sqlite://${folder}/customer-health.db`, remove: () => rm(folder, { recursive: true, force: true }) };
}

let databases = 0;

/** A new database in the PostgreSQL cluster of the tests, which goes away as a whole. */
export async function postgres() {
  const { TEST_POSTGRES_URL: cluster, TEST_POSTGRES_BIN: tools } = process.env;
  if (!cluster || !tools) throw new Error("PostgreSQL is missing: run the tests with scripts/with-postgres.sh, as make e2e does");
  const name = `end2end_${process.pid}_${++databases}`;
  await run(join(tools, "createdb"), ["--maintenance-db", cluster, name], { cwd: "/" });
  return { url: cluster.replace(/[^/]*$/, name), remove: async () => {} };
}
