// The server as a process: what it has acknowledged survives its death at any moment, and several of them share one
// PostgreSQL database.

import assert from "node:assert/strict";
import test from "node:test";
import { startApp } from "./lib/app.mjs";
import { postgres, sqlite } from "./lib/databases.mjs";
import { acknowledgements, createCustomers, flood, post } from "./lib/flood.mjs";

const CRASHES = 10;

async function get(url) {
  const response = await fetch(url);
  assert.equal(response.status, 200, url);
  return response.json();
}

/** The message ids of a customer's events. */
async function messageIds(url, customer) {
  const found = [];
  for (let page = 1; ; page += 1) {
    const { items, total } = await get(`${url}/api/customers/${customer}/events?page=${page}&page_size=200`);
    found.push(...items.map((event) => event.messageId));
    if (found.length >= total) return found;
  }
}

for (const [name, create] of [["SQLite", sqlite], ["PostgreSQL", postgres]]) {
  test(`what is acknowledged survives a kill at any moment, and nothing counts twice, on ${name}`, async () => {
    const database = await create();
    const sent = new Map();
    let app = await startApp({ databaseUrl: database.url });
    const customers = await createCustomers(app.url, ["Acme", "Bolt", "Core"]);
    for (let round = 0; round < CRASHES; round += 1) {
      const { acknowledged, ended } = flood(app.url, round, customers, sent);
      await acknowledgements(acknowledged, 1 + 97 * round);
      await app.crash();
      await ended;
      app = await startApp({ databaseUrl: database.url });
    }
    const stored = [];
    for (const customer of customers) stored.push(...(await messageIds(app.url, customer)));
    assert.equal(new Set(stored).size, stored.length, "an event is stored twice");
    const found = new Set(stored);
    for (const [id, { acknowledgedAt }] of sent) assert.ok(found.has(id) || acknowledgedAt === Infinity, `${id} was acknowledged and is lost`);
    assert.ok(stored.length > 1000 && stored.every((id) => sent.has(id)));
    // Sent once more, each is either known or news, and then counts once.
    const all = [...sent.values()].map(({ acknowledgedAt, ...event }) => event);
    const { body: report } = await post(`${app.url}/api/events`, all, "application/x-ndjson");
    assert.deepEqual([report.duplicates, report.accepted], [stored.length, all.length - stored.length]);
    for (const customer of customers) {
      const events = all.filter((event) => event.customerId === customer).length;
      const health = await get(`${app.url}/api/customers/${customer}/health`);
      assert.equal(health.factors.loginFrequency.value, events);
    }
    await app.stop();
    await database.remove();
  });
}

test("two servers on one PostgreSQL database are one product", async () => {
  const database = await postgres();
  // Both migrate the empty database at the same time.
  const [left, right] = await Promise.all([startApp({ databaseUrl: database.url }), startApp({ databaseUrl: database.url })]);
  const [acme] = await createCustomers(left.url, ["Acme"]);
  // What one has acknowledged, the other knows at once.
  const effect = await post(`${left.url}/api/customers/${acme}/events`, { kind: "login", messageId: "m-0" });
  assert.deepEqual(await get(`${right.url}/api/customers/${acme}/health`), effect.body.health);
  // The same messages sent to both at the same time are stored once.
  const sends = [];
  for (let number = 0; number < 100; number += 1) {
    for (const { url } of [left, right]) {
      sends.push(post(`${url}/api/customers/${acme}/events`, { kind: "login", messageId: `m-${number}` }));
    }
  }
  const statuses = (await Promise.all(sends)).map(({ status }) => status);
  assert.deepEqual([statuses.filter((status) => status === 201).length, statuses.filter((status) => status === 200).length], [99, 101]);
  for (const { url } of [left, right]) {
    const health = await get(`${url}/api/customers/${acme}/health`);
    assert.equal(health.factors.loginFrequency.value, 100);
  }
  await Promise.all([left.stop(), right.stop()]);
});
