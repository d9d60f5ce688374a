// Starts the server with a database and a port of its own, and stops it: the release binary, or the one that
// CUSTOMER_HEALTH_BIN names.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const release = fileURLToPath(new URL("../../target/release/customer-health", import.meta.url));
export const binary = process.env.CUSTOMER_HEALTH_BIN ?? release;

/**
 * Serves an empty database, or with `demo` the demo portfolio, until `stop()`.
 * `env` adds settings, `databaseUrl` replaces the SQLite file of its own.
 */
export async function startApp({ demo = false, env = {}, databaseUrl } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "customer-health-"));
  const server = spawn(binary, ["serve", ...(demo ? ["--demo"] : [])], {
    env: {
      PATH: process.env.PATH,
      ADDR: "127.0.0.1:0",
      DATABASE_URL: databaseUrl ?? `sqlite://${folder}/customer-health.db`,
      LOG: "warn",
      ...env,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const kill = () => server.kill("SIGKILL");
  process.once("exit", kill);
  return {
    url: await address(server),
    async stop() {
      process.off("exit", kill);
      const exited = once(server, "exit");
      server.kill("SIGTERM");
      // Open connections may hold a graceful end back for half a minute.
      const impatience = setTimeout(kill, 2000);
      await exited;
      clearTimeout(impatience);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The server prints its address once it listens. */
async function address(server) {
  for await (const line of createInterface({ input: server.stdout })) {
    const url = line.match(/http:\/\/\S+/)?.[0];
    if (url) return url;
  }
  throw new Error(`${binary} ended before it listened`);
}
