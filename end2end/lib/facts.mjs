// Facts through the REST API, as a system would send them; and customers whose every figure is known.

/** The UTC day `days` ago (ahead when negative), as YYYY-MM-DD. */
export function daysAgo(days) {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

/** Morning of that day. */
export const morning = (days) => `${daysAgo(days)}T08:00:00Z`;

/** "7 Mar 2026", as pages write a day. */
export function shownDay(days) {
  const [year, month, day] = daysAgo(days).split("-");
  const name = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ")[month - 1];
  return `${Number(day)} ${name} ${year}`;
}

/** The REST API of a server. Anything but success is an exception. */
export function api(url) {
  async function call(method, path, body) {
    const headers = body ? { "content-type": "application/json" } : {};
    const answer = await fetch(`${url}/api${path}`, { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    // Long work is answered so while it goes on; the same question again waits for it.
    if (answer.status === 202) return call(method, path, body);
    return answer.json();
  }
  return {
    get: (path) => call("GET", path),
    post: (path, body) => call("POST", path, body),
    patch: (path, body) => call("PATCH", path, body),
    health: (id) => call("GET", `/customers/${id}/health`),
    events: (id) => call("GET", `/customers/${id}/events`),

    /** Hands over a file as the page of imports does. */
    async upload(name, text) {
      const body = new FormData();
      body.set("author", "Ann Lee");
      body.set("file", new Blob([text]), name);
      const answer = await fetch(`${url}/import/upload`, { method: "POST", body });
      if (!answer.ok) throw new Error(`upload of ${name}: ${answer.status} ${await answer.text()}`);
    },

    /** Creates a customer, with events that `logins` and the like return. */
    async customer(fields, ...events) {
      const customer = await call("POST", "/customers", { segment: "SMB", ...fields });
      await Promise.all(events.flat().map((event) => call("POST", `/customers/${customer.id}/events`, event)));
      return customer;
    },

    /**
     * Acme, at 68.5 and so at risk: logins 50.0 (10 of 20), features 60.0 (3 of 5), support 80.0 (2 tickets),
     * invoices 100.0 (both on time), API trend 50.0 (flat). Everything is measured.
     */
    acme(fields) {
      return this.customer(
        { name: "Acme", ...fields },
        logins(10),
        features("reports", "export", "alerts"),
        tickets(2),
        paidInvoice("A-1"),
        paidInvoice("A-2"),
        apiCalls(100, 5),
        apiCalls(100, 35),
      );
    },

    /** Five customers in all four bands whose order is known for every column; Acme is the first. */
    async five() {
      const acme = await this.acme({
        owner: "Ann Lee",
        segment: "Enterprise",
        arrCents: 12_000_000,
        renewalDate: daysAgo(-20),
        startDate: daysAgo(300),
        externalId: "crm-17",
        crmUrl: "https://crm.example.com/17",
      });
      await this.customer(
        { name: "Bolt", owner: "Bob Roy", arrCents: 500_000, renewalDate: daysAgo(3) },
        logins(20),
        features("a", "b", "c", "d", "e"),
      );
      await this.customer({ name: "Cedar", owner: "Ann Lee", segment: "Startup", arrCents: 1_000_000 }, tickets(9));
      await this.customer({ name: "Dune", renewalDate: daysAgo(-200) }, logins(1), tickets(10));
      await this.customer({ name: "Early", segment: "Startup", startDate: daysAgo(-5) });
      return acme;
    },
  };
}

/** One login a day, the latest yesterday. */
export const logins = (count) =>
  Array.from({ length: count }, (_, index) => ({ kind: "login", user: "ada", occurredAt: morning(index + 1) }));

/** Each feature used once. */
export const features = (...names) =>
  names.map((feature) => ({ kind: "feature_use", feature, occurredAt: morning(5) }));

export const tickets = (count) =>
  Array.from({ length: count }, (_, index) => ({ kind: "support_ticket", subject: `Ticket ${index + 1}`, occurredAt: morning(10) }));

export const apiCalls = (count, days) => ({ kind: "api_call", count, occurredAt: morning(days) });

/** Issued and due in the past, not paid unless `paidInvoice` says so: overdue. */
export const invoice = (number, dueDays = 30) => ({
  kind: "invoice_issued",
  number,
  amountCents: 120_000,
  currency: "USD",
  dueDate: daysAgo(dueDays),
  occurredAt: morning(60),
});

/** Paid a day before it was due. */
export const paidInvoice = (number) => [invoice(number), { kind: "invoice_paid", number, occurredAt: morning(31) }];
