/** The inbox page: reads what it was rendered with, opens the one socket, ties the parts together. */
import { SignalingClient } from "../../signaling/wire/client.js";
import { Inbox } from "../../signaling/conversation/inbox.js";
import { wire } from "../../signaling/wire/protocol.js";
import { socketUrl } from "../../signaling/wire/transport.js";
import { fill } from "../base/format.js";
import { Attention, badgeTitle } from "./attention.js";
import { Chime } from "./sound/chime.js";
import { OpenRoom } from "./conversation.js";
import { Details } from "./details.js";
import { watchKeys } from "./keys.js";
import { ListPane } from "./list.js";
import { Memory } from "./memory.js";
import { RoomPane } from "./room.js";
import { Route } from "./route.js";
import { SoundButton } from "./sound/button.js";
import { Tickets } from "./tickets.js";
import { DateFormats } from "./date-formats.js";

const root = document.querySelector("[data-role=inbox]");
const page = JSON.parse(document.getElementById("inbox-page").textContent);
const { texts } = page;
const memory = new Memory(() => window.localStorage);
const dates = new DateFormats(page.language, texts.yesterday);
const title = document.title;
Object.assign(wire, page.wire);

const tickets = new Tickets(page.socket, root.querySelector("[data-role=csrf] input").value);
const client = new SignalingClient({
  openSocket: (url, protocols) => new WebSocket(socketUrl(url, window.location.href), protocols),
  getTicket: () => tickets.take(),
  isActive: () => !document.hidden && navigator.onLine,
});
const inbox = new Inbox({
  client,
  createPeerConnection: window.RTCPeerConnection ? (config) => new RTCPeerConnection(config) : null,
  storage: memory.storage,
});
inbox.seed(page);

const attention = new Attention();
const chime = new Chime(memory);
const route = new Route(root.dataset.url);
const details = new Details({ root, texts, dates, memory });
const roomPane = new RoomPane({ root, inbox, texts });
const listPane = new ListPane({
  root, inbox, texts, dates, attention, onPick: (id) => route.go(id),
});
const openRoom = new OpenRoom({
  root, inbox, page, details, roomPane, storage: memory.storage, onGone: () => route.go(null),
});

function select(id) {
  openRoom.show(id);
  listPane.mark(id);
  if (id) details.restore();
  else details.hide();
  look();
}

/** What is on the screen of somebody who looks at it needs no attention. */
function look() {
  if (route.room && !document.hidden) attention.see(route.room);
}

function review() {
  attention.review(inbox.rooms, (id) => inbox.get(id));
}

function goBack() {
  const id = route.room;
  if (!id) return;
  const beside = listPane.rows.beside(id);
  route.go(null);
  const next = beside?.isConnected ? beside : root;
  (listPane.rows.get(id) ?? next).focus();
}

function ring(kind, id) {
  const isSeen = id === route.room && !document.hidden && document.hasFocus();
  if (!isSeen) chime.play(kind);
}

inbox.addEventListener("change", () => {
  review();
  look();
  openRoom.refresh();
});
inbox.addEventListener("arrival", ({ detail }) => {
  attention.arrive(detail.room);
  const values = { name: detail.name, property: detail.property_name };
  root.querySelector("[data-role=announcer]").textContent = fill(texts.arrival, values);
  ring("arrival", detail.room);
  if (detail.room === route.room) openRoom.learnAgain();
  look();
});
inbox.addEventListener("activity", ({ detail }) => {
  if (detail.fromMember) return;
  attention.write(detail.room);
  ring("message", detail.room);
  look();
});
inbox.addEventListener("seen", ({ detail }) => {
  attention.see(detail.room);
  review(); // what a colleague wrote is still unread here
});
inbox.addEventListener("left", ({ detail }) => attention.leave(detail.room));
attention.addEventListener("change", () => {
  document.title = badgeTitle(title, attention.count);
  root.dataset.waiting = attention.count;
  listPane.render();
});
route.addEventListener("change", ({ detail }) => select(detail));
root.querySelector("[data-role=back]").addEventListener("click", (event) => {
  event.preventDefault();
  goBack();
});
document.addEventListener("visibilitychange", () => {
  look();
  if (!document.hidden) client.wake();
});
for (const type of ["online", "pageshow"]) window.addEventListener(type, () => client.wake());

new SoundButton({ root, chime, texts }).arm();
watchKeys({ root, rows: listPane.rows, goBack });
review();
select(route.room);
listPane.renderState();
inbox.start();
client.connect();
// An open room still has to show itself.
document.documentElement.dataset.start = route.room ? "shown" : "done";
