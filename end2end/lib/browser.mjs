// Starts Chromium: the system's own, because npm would have to download one.

import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const places = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome-stable",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

export const chromiumPath = places.find((place) => place && existsSync(place));

/** The switches keep it quiet, and at work in small containers. */
export const chromiumSwitches = [
  "--no-sandbox",
  "--disable-dev-shm-usage",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launchBrowser() {
  if (!chromiumPath) throw new Error("no Chromium found: set CHROMIUM to its path");
  return chromium.launch({ executablePath: chromiumPath, args: chromiumSwitches });
}
