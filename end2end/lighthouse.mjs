// Lighthouse (mobile) on the dashboard and on a customer's page of the demo portfolio; prints scores, and what lost points.
// Lighthouse runs as a process of its own, installed in target/lighthouse by `make lighthouse`.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { startApp } from "./lib/app.mjs";
import { chromiumPath, chromiumSwitches } from "./lib/browser.mjs";

const lighthouse = fileURLToPath(new URL("../target/lighthouse/node_modules/.bin/lighthouse", import.meta.url));
const categories = ["performance", "accessibility", "best-practices"];

const app = await startApp({ demo: true });
try {
  const { items } = await (await fetch(`${app.url}/api/customers?page_size=1`)).json();
  for (const path of ["/", `/customers/${items[0].customer.id}`]) report(path, await measure(app.url + path));
} finally {
  await app.stop();
}

async function measure(url) {
  const { stdout } = await promisify(execFile)(
    lighthouse,
    [
      url,
      "--quiet",
      "--output=json",
      `--only-categories=${categories}`,
      `--chrome-flags=--headless=new ${chromiumSwitches.join(" ")}`,
    ],
    { env: { ...process.env, CHROME_PATH: chromiumPath }, maxBuffer: 64e6 },
  );
  return JSON.parse(stdout);
}

function report(path, { categories: scored, audits }) {
  console.log(`\n${path}`);
  for (const { title, score, auditRefs } of Object.values(scored)) {
    console.log(`  ${title}: ${Math.round(score * 100)}`);
    for (const { id, weight } of auditRefs) {
      const { score, title, displayValue = "" } = audits[id];
      if (weight > 0 && score !== null && score < 0.9) console.log(`    ${title} ${displayValue}`);
    }
  }
}
