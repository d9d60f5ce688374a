// Starts Chromium: the system's own, because npm would have to download one.

import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const shell = "/usr/bin/chromium-headless-shell";
const whole = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome-stable",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

const first = (places) => [process.env.CHROMIUM, ...places].find((place) => place && existsSync(place));

/** For measurements and pictures: a whole browser, as people have. */
export const chromiumPath = first([...whole, shell]);
/** For tests: where there is Chromium's headless shell, they take half the time in it. */
const testedIn = first([shell, ...whole]);

/** The switches keep it quiet, and at work in small containers. */
export const chromiumSwitches = [
  "--no-sandbox",
  "--disable-dev-shm-usage",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launchBrowser(executablePath = chromiumPath) {
  if (!executablePath) throw new Error("no Chromium found: set CHROMIUM to its path");
  return chromium.launch({ executablePath, args: chromiumSwitches });
}

export const launchForTests = () => launchBrowser(testedIn);
