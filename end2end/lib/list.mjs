// The dashboard's list of customers, as somebody sees it.

export const list = (page) => page.getByRole("table", { name: "Customers with their health, one row each" });

/** The customers' names, from the top. */
export const rowNames = (page) => list(page).locator("tbody").getByRole("rowheader").getByRole("link").allInnerTexts();

/** Waits until the list says that it has so many customers. */
export async function expectCount(page, customers, figure = "") {
  const words = customers === 1 ? /(^|of )1 customer$/ : new RegExp(`(^|of )${customers} customers$`);
  const status = page.getByRole("region", { name: "Customers", exact: true }).getByRole("status");
  try {
    await status.filter({ hasText: words }).waitFor();
  } catch {
    throw new Error(`the list says “${await status.innerText()}”, not ${customers} customers ${figure}`);
  }
}
