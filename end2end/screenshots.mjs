// The README's pictures, of the running app with its demo portfolio: docs/images/*.png.
// `sharp`, installed in target/sharp by `make screenshots`, reduces them to a palette, a quarter of the size.

import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { startApp } from "./lib/app.mjs";
import { launchBrowser } from "./lib/browser.mjs";

const sharp = createRequire(new URL("../target/sharp/", import.meta.url))("sharp");
const folder = fileURLToPath(new URL("../docs/images/", import.meta.url));
const wide = { width: 1440, height: 900 };
const narrow = { width: 390, height: 844 };

await mkdir(folder, { recursive: true });
const app = await startApp({ demo: true });
const browser = await launchBrowser();
try {
  // A customer with something to tell: at risk, not failing altogether.
  const { items } = await (await fetch(`${app.url}/api/customers?band=at_risk&page_size=1`)).json();
  const customer = `/customers/${items[0].customer.id}`;
  await picture("dashboard-light", "/", "light", wide);
  await picture("dashboard-dark", "/", "dark", wide);
  await picture("customer-light", customer, "light", { ...wide, height: 1400 });
  await picture("customer-dark", customer, "dark", { ...wide, height: 1400 });
  await picture("event-form-light", `${customer}/events/new?log=invoice_issued`, "light", { ...wide, height: 600 });
  await picture("dashboard-narrow-dark", "/", "dark", narrow);
} finally {
  await browser.close();
  await app.stop();
}

async function picture(name, path, colorScheme, viewport) {
  const context = await browser.newContext({ colorScheme, viewport, reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto(app.url + path);
  await page.waitForSelector("body[data-hydrated]");
  const png = await page.screenshot({ animations: "disabled" });
  const { size } = await sharp(png).png({ palette: true, effort: 10 }).toFile(`${folder}${name}.png`);
  console.log(`docs/images/${name}.png  ${Math.ceil(size / 1024)} kB`);
  await context.close();
}
