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
 * Serves an empty database, or with `demo` the demo portfolio, until `stop()`, or until it dies of `crash()`.
 * With `endure` it does not die of that signal. `env` adds settings, `databaseUrl` replaces the SQLite file of its own.
 * `end()` ends the server alone, as an operator would, and `start()` brings it back at the same address with the same data.
 */
export async function startApp({ demo = false, env = {}, databaseUrl, endure } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "customer-health-"));
  let server;
  const kill = () => server.kill("SIGKILL");
  process.once("exit", kill);
  const start = async (addr) => {
    const command = [binary, "serve", ...(demo ? ["--demo"] : [])];
    const [program, ...rest] = endure ? ["sh", "-c", `trap '' ${endure}; exec "$@"`, "sh", ...command] : command;
    server = spawn(program, rest, {
      env: {
        PATH: process.env.PATH,
        ADDR: addr,
        DATABASE_URL: databaseUrl ?? `sqlite://${folder}/customer-health.db`,
        UPLOAD_DIR: folder,
        LOG: "warn",
        ...env,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    return address(server);
  };
  /** The exit code; none when it had to be killed. */
  const end = async (patience = 2000) => {
    const exited = once(server, "exit");
    server.kill("SIGTERM");
    // Open connections may hold a graceful end back for half a minute.
    const impatience = setTimeout(kill, patience);
    const [code] = await exited;
    clearTimeout(impatience);
    return code;
  };
  const url = await start("127.0.0.1:0");
  return {
    url,
    pid: () => server.pid,
    end,
    start: () => start(new URL(url).host),
    /** The server gets no chance to end what it does. */
    async crash() {
      process.off("exit", kill);
      const exited = once(server, "exit");
      kill();
      await exited;
    },
    async stop() {
      process.off("exit", kill);
      if (server.exitCode === null && server.signalCode === null) await end();
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
