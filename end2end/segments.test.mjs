// Segments: edited with the rules, offered wherever a customer has one, and added by an import.

import assert from "node:assert/strict";
import { form, toast } from "./lib/forms.mjs";
import { refused, story } from "./lib/story.mjs";

const options = (select) => select.locator("option").allInnerTexts();

async function save(page, version, segments) {
  const part = page.getByRole("group", { name: "Segments", exact: true });
  await part.getByLabel("Segments").fill(segments);
  await page.getByLabel("Why this change").fill("Other customers");
  await form(page, `Save as version ${version}`).getByLabel("Your name").fill("Ann Lee");
  await page.getByRole("button", { name: `Save as version ${version}` }).click();
}

async function editsSegments({ page, api, open }) {
  await api.acme();
  await open("/scorecard");
  await save(page, 2, "Enterprise\nStartup");
  await page.getByText("segment SMB has 1 customer and cannot be removed").waitFor();
  await save(page, 2, "Public sector\n Startup \n\nSMB\nsmb");
  await page
    .locator("#scorecard-segments-error")
    .getByText("must differ in more than letter case; smb is there twice")
    .waitFor();
  await save(page, 2, "Public sector\n Startup \n\nSMB");
  await toast(page, "Version 2 is in force");
  const versions = page.getByRole("region", { name: "Versions" });
  await versions.getByText("Segments Enterprise, SMB, Startup → Public sector, Startup, SMB").waitFor();
  await page.getByRole("region", { name: "The rules in force" }).getByText("Public sector, Startup, SMB").waitFor();
  assert.deepEqual((await api.get("/rulebook")).segments, ["Public sector", "Startup", "SMB"]);

  const expected = ["Public sector", "Startup", "SMB"];
  await open("/customers/new");
  assert.deepEqual(await options(page.getByLabel("Segment")), expected);
  await open("/customers/1/edit");
  await page.getByLabel("Segment").selectOption("Public sector");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Acme", exact: true }).waitFor();
  await open("/?segment=public%20sector");
  await page.getByRole("rowheader", { name: "Acme" }).waitFor();
  const filter = page.getByRole("combobox", { name: "Segment" });
  assert.deepEqual(await options(filter), ["Any segment", ...expected]);
  assert.equal(await filter.inputValue(), "Public sector");
  for (const path of ["/month", "/backtest"]) {
    await open(`${path}?segment=Public+sector`);
    const filter = page.getByRole("combobox", { name: "Segment" });
    assert.deepEqual(await options(filter), ["Any segment", ...expected], path);
    assert.equal(await filter.inputValue(), "Public sector", path);
  }
}

story("segments are edited with the rules", editsSegments);

story("segments are edited without JavaScript", { javaScriptEnabled: false, console: [refused(409), refused(422)] }, editsSegments);

const CUSTOMERS = ["id,name,segment", "c-1,Acme,Mid-market", "c-2,Bolt,mid-market", "c-3,Cedar,Public sector"].join("\n");

async function addsSegments({ page, api, open }) {
  await open("/import");
  await page.getByLabel("File", { exact: true }).setInputFiles({ name: "tiers.csv", mimeType: "text/csv", buffer: Buffer.from(CUSTOMERS) });
  await page.getByRole("button", { name: "Upload" }).click();
  await page.getByRole("button", { name: "Check the file" }).click();
  await page.getByRole("heading", { name: "3 rows would be refused" }).waitFor();
  await page.getByText("or be added to the rules: “Add the segments found”").first().waitFor();
  await page.getByLabel("Add the segments found: Mid-market, Public sector").check();
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await page.getByRole("heading", { name: "Imported" }).waitFor();
  assert.equal(await page.getByText("refused").count(), 0, "nothing was refused this time");
  const { items, segments } = await api.get("/customers?sort=name");
  assert.deepEqual(items.map(({ customer }) => customer.segment), ["Mid-market", "Mid-market", "Public sector"]);
  assert.deepEqual(segments, ["Enterprise", "SMB", "Startup", "Mid-market", "Public sector"]);
  await open("/scorecard");
  await page.getByText("Segments found in tiers.csv").waitFor();
}

story("an import adds the segments that it finds", addsSegments);

story("an import adds the segments that it finds without JavaScript", { javaScriptEnabled: false }, addsSegments);
