// Customers, and a flood of events from all sides, of which is known what was acknowledged and when.

import assert from "node:assert/strict";

/** Sends JSON (or NDJSON, as an array of values); the answer's status and body. */
export async function post(url, body, type = "application/json") {
  const text = type === "application/json" ? JSON.stringify(body) : body.map((line) => JSON.stringify(line)).join("\n");
  const response = await fetch(url, { method: "POST", headers: { "content-type": type }, body: text });
  return { status: response.status, body: await response.json() };
}

export async function createCustomers(url, names) {
  const ids = [];
  for (const name of names) {
    const { status, body } = await post(`${url}/api/customers`, { name, segment: "SMB" });
    assert.equal(status, 201);
    ids.push(body.id);
  }
  return ids;
}

/** Sends single events and batches from all sides until the server dies; `sent` tells when each was acknowledged. */
export function flood(url, round, customers, sent) {
  const acknowledged = { count: 0, enough: Infinity, reached() {} };
  const event = (number) => {
    const one = { customerId: customers[number % customers.length], kind: "login", messageId: `${round}-${number}` };
    sent.set(one.messageId, { ...one, acknowledgedAt: Infinity });
    return one;
  };
  const acknowledge = (messageId) => {
    sent.get(messageId).acknowledgedAt = Date.now();
    acknowledged.count += 1;
    if (acknowledged.count >= acknowledged.enough) acknowledged.reached();
  };
  let number = 0;
  const single = async () => {
    for (;;) {
      const { customerId, ...body } = event((number += 1));
      const { status } = await post(`${url}/api/customers/${customerId}/events`, body);
      assert.equal(status, 201);
      acknowledge(body.messageId);
    }
  };
  const batch = async () => {
    for (;;) {
      const lines = Array.from({ length: 300 }, () => event((number += 1)));
      const { body } = await post(`${url}/api/events`, lines, "application/x-ndjson");
      for (const item of body.items) {
        assert.equal(item.verdict, "accepted");
        acknowledge(lines[item.line - 1].messageId);
      }
    }
  };
  // Each ends by the error of a lost connection; any other error is one.
  const senders = [single(), single(), single(), single(), batch()].map((sender) =>
    sender.catch((error) => assert.ok(error instanceof TypeError || error.name === "SyntaxError", error)),
  );
  return { acknowledged, ended: Promise.all(senders) };
}

/** Resolves once at least `count` events are acknowledged. */
export function acknowledgements(acknowledged, count) {
  return new Promise((resolve) => Object.assign(acknowledged, { enough: count, reached: resolve }));
}
