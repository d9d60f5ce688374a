// The README's pictures, of the running app with its demo portfolio: docs/images/*.png.
// `sharp`, installed in target/sharp by `make screenshots`, reduces them to a palette, a quarter of the size.

import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { startApp } from "./lib/app.mjs";
import { launchBrowser } from "./lib/browser.mjs";

const sharp = createRequire(new URL("../target/sharp/", import.meta.url))("sharp");
const folder = fileURLToPath(new URL("../docs/images/", import.meta.url));

await mkdir(folder, { recursive: true });
const app = await startApp({ demo: true });
const browser = await launchBrowser();
try {
  // A customer with something to tell: at risk, not failing altogether.
  const { items } = await (await fetch(`${app.url}/api/customers?band=at_risk&page_size=1`)).json();
  const customer = `/customers/${items[0].customer.id}`;
  await pictures("dashboard", "/", 900);
  await pictures("customer", customer, 1400);
  await pictures("scoring", "/scorecard", 900, async (page) => {
    await page.getByRole("textbox", { name: "Weight" }).first().fill("60");
    await page.getByText("Who changes band").waitFor();
  });
  await pictures("backtest", "/backtest", 1300, (page) => page.getByText("months before").first().waitFor());
} finally {
  await browser.close();
  await app.stop();
}

/** A page in both themes, after what has to happen on it. */
async function pictures(name, path, height, prepare = async () => {}) {
  for (const colorScheme of ["light", "dark"]) {
    const context = await browser.newContext({ colorScheme, viewport: { width: 1440, height }, reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(app.url + path);
    await page.waitForSelector("body[data-hydrated]");
    await prepare(page);
    const png = await page.screenshot({ animations: "disabled" });
    const file = `${name}-${colorScheme}.png`;
    const { size } = await sharp(png).png({ palette: true, effort: 10 }).toFile(folder + file);
    console.log(`docs/images/${file}  ${Math.ceil(size / 1024)} kB`);
    await context.close();
  }
}
