// Files of customers and events through the import page, and refused events in the quarantine, in a real browser.

import assert from "node:assert/strict";
import { morning } from "./lib/facts.mjs";
import { form, toast } from "./lib/forms.mjs";
import { story } from "./lib/story.mjs";

const CUSTOMERS = ["account id,company,plan,mrr_cents", "x-1,Xenon Works,basic,100000", "x-2,Yttrium,pro,5000", "x-3,,pro,7000"].join("\n");
const EVENTS = ["customer,type,ts,user", ...[1, 2, 3].map((day) => `x-1,Login,${morning(day)},ada`), `x-9,Login,${morning(1)},eve`].join("\n");

async function upload(page, name, text) {
  await page.getByLabel("File", { exact: true }).setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
  await page.getByRole("button", { name: "Upload" }).click();
  await page.getByRole("heading", { name: `Import of ${name}` }).waitFor();
  await page.locator("body[data-hydrated]").waitFor();
}

story("a file is looked at, checked, imported and undone", async ({ page, api, open }) => {
  await open("/import");
  await upload(page, "customers.csv", CUSTOMERS);
  assert.equal(await page.getByLabel("The rows are").inputValue(), "customers");
  assert.equal(await page.getByLabel("account id").inputValue(), "externalId");
  assert.equal(await page.getByLabel("plan", { exact: true }).inputValue(), "", "plans are no segments");
  await page.getByLabel("Segment of new customers").selectOption("SMB");
  await page.getByRole("button", { name: "Check the file" }).click();
  await page.getByRole("heading", { name: "1 row would be refused" }).waitFor();
  await page.getByRole("cell", { name: "company is required" }).waitFor();
  assert.equal((await api.get("/customers")).total, 0, "nothing is written yet");

  await page.getByRole("button", { name: "Import", exact: true }).click();
  await page.getByRole("heading", { name: "Imported" }).waitFor();
  await page.getByRole("heading", { name: "1 row was refused" }).waitFor();
  await page.getByRole("cell", { name: "company is required" }).waitFor();
  assert.equal((await api.get("/customers")).total, 2);
  await page.getByRole("link", { name: "See the customers" }).click();
  await page.getByRole("rowheader", { name: "Xenon Works" }).waitFor();

  await open("/import");
  await upload(page, "events.csv", EVENTS);
  await page.getByRole("button", { name: "Check the file" }).click();
  await page.getByText("names no customer").waitFor();
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await page.getByRole("heading", { name: "Imported" }).waitFor();
  const { items } = await api.get("/customers?search=Xenon");
  assert.equal(items[0].health.factors.loginFrequency.value, 3);

  // The same again changes nothing.
  await open("/import");
  await upload(page, "events.csv", EVENTS);
  await page.getByRole("button", { name: "Check the file" }).click();
  await page.getByText("the file changes nothing").waitFor();
  await page.getByRole("button", { name: "Delete the file" }).click();
  await toast(page, "nothing was imported");

  await page.getByRole("link", { name: "events.csv" }).click();
  await page.getByText("Undo", { exact: true }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Undo this import" }).waitFor({ state: "hidden" });
  await page.getByText("Undo", { exact: true }).click();
  await page.getByRole("button", { name: "Undo this import" }).click();
  await page.getByRole("heading", { name: "Undone" }).waitFor();
  await page.getByText("3 events retracted").waitFor();
  assert.equal(await page.getByText("being undone").count(), 0, "nothing speaks of what is over");
  const after = await api.get("/customers?search=Xenon");
  assert.equal(after.items[0].health.factors.loginFrequency.value, null, "no login is known any more");
});

story("a file that is no table is refused on the import page, with its name, what it is and what to do", async ({ page, api, open }) => {
  // The first bytes of an archive that holds a workbook are enough.
  const workbook = Buffer.concat([Buffer.from("PK\x03\x04\x14\0\x06\0\x08\0", "latin1"), Buffer.from("[Content_Types].xml xl/workbook.xml")]);
  for (const [name, content, what, advice] of [
    ["customers.xlsx", workbook, "It is an Excel workbook.", "Save the sheet as CSV"],
    ["customers.json", Buffer.from('[{"externalId": "x-1", "name": "Xenon"}]'), "It is a JSON array.", "Write one JSON object a line instead"],
    ["customers.pdf", Buffer.from("%PDF-1.7\n%âãÏÓ\n1 0 obj"), "It is a PDF.", "Export the table that it was made from as CSV"],
  ]) {
    await open("/import");
    await page.getByLabel("File", { exact: true }).setInputFiles({ name, mimeType: "application/octet-stream", buffer: content });
    await page.getByRole("button", { name: "Upload" }).click();
    const message = page.getByRole("alert").filter({ hasText: `${name} was not taken.` });
    await message.waitFor();
    await page.locator("body[data-hydrated]").waitFor();
    const text = await message.innerText();
    assert.ok(text.includes(what) && text.includes(advice), text);
    assert.equal(new URL(page.url()).pathname, "/import");
  }
  // The same page takes the next file.
  await upload(page, "customers.csv", CUSTOMERS);
  assert.equal((await api.get("/customers")).total, 0);
});

story("a file is imported without JavaScript", { javaScriptEnabled: false }, async ({ page, api, open }) => {
  await open("/import");
  await page.getByLabel("File", { exact: true }).setInputFiles({ name: "c.csv", mimeType: "text/csv", buffer: Buffer.from(CUSTOMERS) });
  await page.getByRole("button", { name: "Upload" }).click();
  await page.getByLabel("Segment of new customers").selectOption("SMB");
  await page.getByRole("button", { name: "Check the file" }).click();
  // The page refreshes itself.
  await page.getByRole("heading", { name: "1 row would be refused" }).waitFor();
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await page.getByRole("heading", { name: "Imported" }).waitFor();
  assert.equal((await api.get("/customers")).total, 2);
});

story("refused events are corrected, sent again and deleted", async ({ page, api, open }) => {
  const { id } = await api.acme();
  const items = [{ customerId: id, kind: "logout" }, { customerId: 999, kind: "login" }, { kind: "login" }];
  assert.equal((await api.post("/events", items)).rejected, 3);
  await open("/");
  await page.getByRole("link", { name: "3 refused" }).click();
  await page.getByRole("heading", { name: "Quarantine" }).waitFor();
  const item = page.getByRole("listitem").filter({ hasText: "logout" }).filter({ has: page.locator("pre") });
  await item.getByText("Correct and send again").click();
  await item.getByRole("button", { name: "Send again" }).click();
  await item.getByRole("alert").filter({ hasText: "must be one of" }).waitFor();
  await item.getByLabel("The event as JSON").fill(JSON.stringify({ customerId: id, kind: "login" }));
  await item.getByRole("button", { name: "Send again" }).click();
  await toast(page, "Acme: Login logged");
  await page.getByRole("link", { name: "2 refused" }).waitFor();
  assert.equal((await api.health(id)).factors.loginFrequency.value, 11);

  await page.getByText("2 refused items waiting.").waitFor();
  await page.getByRole("link", { name: "Delete all" }).click();
  await form(page, "Delete 2 items").getByRole("button").click();
  await toast(page, "2 items deleted");
  await page.getByText("Nothing is waiting").waitFor();
  await page.getByRole("link", { name: /refused/ }).waitFor({ state: "detached" });
});
