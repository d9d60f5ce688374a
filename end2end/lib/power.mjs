// What a disk holds when the power fails: a trace of all that a process does to some files, and these files as they may be
// found after a cut at any moment.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** What a disk writes whole or not at all, in bytes. */
const SECTOR = 512;

/**
 * Traces a process until it ends; an error where that is not allowed. `ended()` gives what it did to each file, by path:
 * writes, truncations and flushes in their order, with their beginning and end in milliseconds since 1970.
 */
export async function trace(pid, folder) {
  const calls = "trace=pwrite64,ftruncate,fsync,fdatasync";
  const strace = spawn("strace", ["-f", "-ff", "-ttt", "-T", "-y", "-xx", "-s", "100000000", "-e", calls, "-o", join(folder, "trace"), "-p", `${pid}`], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const exited = once(strace, "exit");
  for await (const line of createInterface({ input: strace.stderr })) {
    if (line.includes("attached")) break;
    throw new Error(line);
  }
  strace.stderr.resume();
  return {
    async ended() {
      await exited;
      const deeds = new Map();
      for (const name of await readdir(folder)) {
        for (const line of (await readFile(join(folder, name), "latin1")).split("\n")) {
          const [path, deed] = read(line) ?? [];
          if (!deed) continue;
          if (!deeds.has(path)) deeds.set(path, []);
          deeds.get(path).push(deed);
        }
      }
      deeds.forEach((some) => some.sort((one, other) => one.begun - other.begun));
      return deeds;
    },
  };
}

/** A line of a trace: `seconds call(descriptor<path>, arguments) = result <seconds>`; nothing where the call failed or never ended. */
function read(line) {
  const call = line.match(/^(\S+) (\w+)\(\d+<([^>]*)>(.*)\) += (\d+) <(\S+)>$/);
  if (!call) return undefined;
  const [, begun, name, path, rest, result, took] = call;
  const deed = { begun: Number(begun) * 1000, ended: (Number(begun) + Number(took)) * 1000 };
  if (name === "pwrite64") {
    const [, hex, offset] = rest.match(/^, "([^"]*)", \d+, (\d+)$/);
    const bytes = Buffer.from(hex.replaceAll("\\x", ""), "hex").subarray(0, Number(result));
    Object.assign(deed, { bytes, offset: Number(offset) });
  } else if (name === "ftruncate") {
    Object.assign(deed, { length: Number(rest.slice(2)) });
  } else {
    deed.isFlush = true;
  }
  return [text(path), deed];
}

/** A path as the trace writes it: each byte in hexadecimal, or as it is. */
function text(path) {
  return path.replaceAll(/\\x([0-9a-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/**
 * A file after a cut at `moment`, that held `before` when its trace began. What was flushed by then is there; of the rest,
 * each sector for which `chance()` says so.
 */
export function afterCut(before, deeds, moment, chance) {
  const flushes = deeds.filter(({ isFlush, ended }) => isFlush && ended <= moment);
  const lastFlush = Math.max(...flushes.map(({ begun }) => begun));
  const room = Math.max(before.length, ...deeds.map(({ bytes, offset, length }) => (bytes ? offset + bytes.length : length ?? 0)));
  const file = Buffer.alloc(room);
  before.copy(file);
  let size = before.length;
  for (const { begun, ended, bytes, offset, length } of deeds) {
    if (begun > moment) break;
    const survives = () => ended <= lastFlush || chance();
    if (length !== undefined && survives()) {
      file.fill(0, length);
      size = length;
    }
    for (let at = 0; bytes && at < bytes.length; ) {
      const end = Math.min(bytes.length, at + SECTOR - ((offset + at) % SECTOR));
      if (survives()) {
        bytes.copy(file, offset + at, at, end);
        size = Math.max(size, offset + end);
      }
      at = end;
    }
  }
  return file.subarray(0, size);
}
