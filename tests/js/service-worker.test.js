import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const PATH = new URL("../../rooms/static/rooms/notifications/service-worker.js", import.meta.url);
const SITE = "https://chat.example.com";

/** A worker with these pages open; `did` says what it did to them. */
function start(paths, { fetch = async () => {} } = {}) {
  const listeners = {};
  const did = [];
  const pages = paths.map((path) => ({
    url: SITE + path,
    focus: async () => did.push(["focus", path]),
    navigate: async (url) => did.push(["navigate", path, url]),
  }));
  const self = {
    location: { origin: SITE },
    addEventListener: (type, listener) => (listeners[type] = listener),
    skipWaiting: () => did.push(["skipWaiting"]),
    clients: {
      matchAll: async () => pages,
      openWindow: async (url) => did.push(["open", url]),
      claim: async () => did.push(["claim"]),
    },
    registration: {
      showNotification: async (title, options) => did.push(["show", title, options.tag]),
      pushManager: { subscribe: async () => ({ endpoint: "https://push.example/made" }) },
    },
  };
  vm.runInNewContext(readFileSync(PATH, "utf8"), { self, fetch, URL });
  const dispatch = async (type, event) => {
    let work;
    listeners[type]({ ...event, waitUntil: (promise) => (work = promise) });
    await work;
    return did;
  };
  return { dispatch, pages };
}

function tap(url) {
  return { notification: { close() {}, data: url === undefined ? null : { url } } };
}

const ROOM = `${SITE}/inbox/7d0c`;

test("a tap goes to the page that has the room open", async () => {
  const { dispatch } = start(["/team", "/inbox", "/inbox/7d0c"]);
  assert.deepEqual(await dispatch("notificationclick", tap(ROOM)), [["focus", "/inbox/7d0c"]]);
});

test("a tap leads a page of the inbox to the room", async () => {
  const { dispatch } = start(["/team", "/inbox"]);
  const expected = [["focus", "/inbox"], ["navigate", "/inbox", ROOM]];
  assert.deepEqual(await dispatch("notificationclick", tap(ROOM)), expected);
});

test("a tap opens a page where none is open", async () => {
  const { dispatch } = start(["/team"]);
  assert.deepEqual(await dispatch("notificationclick", tap(ROOM)), [["open", ROOM]]);
});

test("a page that cannot be led anywhere gets company", async () => {
  const { dispatch, pages } = start(["/inbox"]);
  pages[0].navigate = () => Promise.reject(new TypeError("not controlled"));
  assert.deepEqual(await dispatch("notificationclick", tap(ROOM)), [["focus", "/inbox"], ["open", ROOM]]);
});

test("a tap leads nowhere outside", async () => {
  const { dispatch } = start([]);
  assert.deepEqual(await dispatch("notificationclick", tap("https://evil.example/")), []);
});

test("a tap on what says nothing opens the inbox", async () => {
  const { dispatch } = start([]);
  const opened = [["open", `${SITE}/inbox`]];
  assert.deepEqual(await dispatch("notificationclick", tap(undefined)), opened);
});

for (const data of [null, { json: () => JSON.parse("{") }, { json: () => ({}) }]) {
  test(`something is shown in any case (${data && String(data.json)})`, async () => {
    const { dispatch } = start([]);
    assert.deepEqual(await dispatch("push", { data }), [["show", "Doorbell", "doorbell"]]);
  });
}

test("a new subscription is told with the old endpoint", async () => {
  const sent = [];
  const { dispatch } = start([], { fetch: async (url, { body }) => sent.push([url, JSON.parse(body)]) });
  const old = { endpoint: "https://push.example/old", options: {} };
  await dispatch("pushsubscriptionchange", { oldSubscription: old });
  const given = { endpoint: "https://push.example/given" };
  await dispatch("pushsubscriptionchange", { oldSubscription: old, newSubscription: given });
  await dispatch("pushsubscriptionchange", { oldSubscription: null });
  assert.deepEqual(sent, [
    ["/notifications/push", { old: old.endpoint, subscription: { endpoint: "https://push.example/made" } }],
    ["/notifications/push", { old: old.endpoint, subscription: given }],
  ]);
});
