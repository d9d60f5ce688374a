// Customers themselves: create, edit, archive, restore; and the notes about them.

import assert from "node:assert/strict";
import { daysAgo } from "./lib/facts.mjs";
import { toast } from "./lib/forms.mjs";
import { expectCount, list, rowNames } from "./lib/list.mjs";
import { story } from "./lib/story.mjs";

story("a customer is created, and stands in the list", async ({ page, open }) => {
  await open("/");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Add customer" }).click();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Acme & Söhne");
  await page.getByLabel("Segment").selectOption("Enterprise");
  await page.getByLabel("Owner").fill("Ann Lee");
  await page.getByLabel("ARR in USD").fill("120,000");
  await page.getByLabel("Renewal date").fill(daysAgo(-40));
  await page.getByLabel("External id").fill("crm-17");
  await page.getByRole("button", { name: "Create customer" }).click();
  await toast(page, "Acme & Söhne created");
  await page.waitForURL(/\/customers\/1$/);
  await page.getByRole("heading", { name: "Acme & Söhne", level: 1 }).waitFor();
  for (const text of ["Ann Lee", "$120,000", "crm-17"]) await page.getByText(text, { exact: true }).waitFor();
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Portfolio" }).click();
  await expectCount(page, 1);
  assert.deepEqual(await rowNames(page), ["Acme & Söhne"]);
});

story("a customer that breaks rules is refused field by field, and nothing typed is lost", async ({ page, api, open }) => {
  await api.customer({ name: "First", externalId: "crm-17" });
  await open("/customers/new");
  await page.getByLabel("ARR in USD").fill("lots");
  await page.getByLabel("CRM link").fill("crm.example.com");
  await page.getByRole("button", { name: "Create customer" }).click();
  const says = (label) => page.getByLabel(label, { exact: label === "Name" }).locator("xpath=..").getByText(/is required|must /).innerText();
  assert.equal(await says("Name"), "Name is required");
  assert.match(await says("ARR in USD"), /must be an amount/);
  assert.match(await says("CRM link"), /must be an address/);
  assert.equal(await page.getByLabel("ARR in USD").inputValue(), "lots");

  await page.getByLabel("Name", { exact: true }).fill("Second");
  await page.getByLabel("ARR in USD").fill("");
  await page.getByLabel("CRM link").fill("https://crm.example.com/17");
  await page.getByLabel("External id").fill("crm-17");
  await page.getByRole("button", { name: "Create customer" }).click();
  await page.getByRole("alert").filter({ hasText: "is taken by another customer" }).waitFor();
  assert.equal((await api.get("/customers")).total, 1);
  await page.getByLabel("External id").fill("crm-18");
  await page.getByRole("button", { name: "Create customer" }).click();
  await toast(page, "Second created");
});

story("an edit changes the customer's page", async ({ page, api, open }) => {
  const { id } = await api.acme({ owner: "Ann Lee", arrCents: 100 });
  await open(`/customers/${id}`);
  await page.getByRole("link", { name: "Edit" }).click();
  assert.equal(await page.getByLabel("Owner").inputValue(), "Ann Lee");
  await page.getByLabel("Owner").fill("Bob Roy");
  await page.getByLabel("ARR in USD").fill("");
  await page.getByRole("button", { name: "Save changes" }).click();
  await toast(page, "Acme saved");
  await page.getByText("Bob Roy", { exact: true }).waitFor();
  const { owner, arrCents, name } = await api.get(`/customers/${id}`);
  assert.deepEqual({ owner, arrCents, name }, { owner: "Bob Roy", arrCents: null, name: "Acme" });
});

story("an edit of a customer that somebody else has changed is refused, and loses nothing", async ({ page, api, open }) => {
  const { id, version } = await api.acme({ owner: "Ann Lee" });
  await open(`/customers/${id}/edit`);
  await api.patch(`/customers/${id}`, { version, owner: "Bob Roy" });
  await page.getByLabel("Name", { exact: true }).fill("Acme Inc");
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByRole("alert").filter({ hasText: /changed/ }).waitFor();
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Acme Inc");
  assert.equal((await api.get(`/customers/${id}`)).name, "Acme");
});

story("an archived customer leaves the list until it is restored", async ({ page, api, open }) => {
  const { id } = await api.acme();
  await api.customer({ name: "Bolt" });
  await open(`/customers/${id}`);
  await page.getByText("Archive", { exact: true }).click();
  const question = page.getByRole("dialog", { name: "Archive Acme?" });
  await question.getByText("Cancel").click();
  await question.waitFor({ state: "hidden" });
  await page.getByText("Archive", { exact: true }).click();
  await question.getByLabel("Why?", { exact: true }).selectOption("Churned");
  await question.getByRole("button", { name: "Archive customer" }).click();
  await toast(page, "Acme archived");
  await page.getByText(/Archived on .* \(churned\)/).waitFor();

  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Portfolio" }).click();
  await expectCount(page, 1);
  await page.getByRole("checkbox", { name: "Archived" }).check();
  await page.waitForURL(/archived=true/);
  await list(page).getByRole("link", { name: "Acme" }).waitFor();
  await expectCount(page, 1);
  await list(page).getByRole("link", { name: "Acme" }).click();

  await page.getByText("Restore", { exact: true }).click();
  await page.getByRole("dialog", { name: "Acme came back?" }).getByRole("button", { name: "Restore customer" }).click();
  await toast(page, "Acme restored");
  await page.getByText(/Archived on/).waitFor({ state: "detached" });
  assert.equal((await api.get("/customers")).total, 2);
});

story("notes are added, need a text and an author, and are deleted for good", async ({ page, api, open }) => {
  const { id } = await api.acme();
  await open(`/customers/${id}`);
  const notes = page.getByRole("region", { name: "Notes" });
  await notes.getByRole("button", { name: "Add note" }).click();
  await notes.getByText("is required").first().waitFor();
  await notes.getByLabel("Note", { exact: true }).fill("Champion left.\nAsk for the new one.");
  await notes.getByLabel("Your name").fill("Ann Lee");
  await notes.getByRole("button", { name: "Add note" }).click();
  await toast(page, "Note added");
  await notes.locator(".note__text").getByText("Champion left.").waitFor();
  await notes.locator(".note__head").getByText("Ann Lee").waitFor();
  assert.equal(await notes.getByLabel("Your name").inputValue(), "Ann Lee", "the name stays for the next note");
  await page.getByRole("link", { name: "Import" }).click();
  await page.waitForFunction(() => document.querySelector("#upload-author")?.value === "Ann Lee");
  await open(`/customers/${id}`);
  assert.equal(await notes.getByLabel("Your name").inputValue(), "Ann Lee", "and for the next page");
  await notes.getByText("Edit this note").click();
  await notes.getByLabel("Text", { exact: true }).fill("Champion left for good.");
  await notes.getByRole("button", { name: "Save note" }).click();
  await toast(page, "Note changed");
  await notes.locator(".note__text").getByText("Champion left for good.").waitFor();
  await notes.getByText(/changed by Ann Lee/).waitFor();
  await page.getByRole("region", { name: "Events" }).getByText("Ann Lee: Champion left for good.").waitFor();
  await notes.getByText("Delete this note").click();
  await notes.getByRole("button", { name: "Delete note" }).click();
  await toast(page, "Note deleted");
  await notes.getByText("No notes yet").waitFor();
  assert.equal((await api.get(`/customers/${id}/notes`)).total, 0);
});
