// Forms and what they answer, as somebody sees them.

/** The form that a button sends. */
export const form = (page, button) => page.locator("form").filter({ has: page.getByRole("button", { name: button }) });

/** Waits until a message says so. */
export const toast = (page, words) => page.getByRole("status").filter({ hasText: words }).waitFor();

/** One of the five factors on a customer's page. */
export const factorRow = (page, name) => page.getByRole("article").filter({ has: page.getByRole("heading", { name }) });
