// People who meet on a fake server and a fake network, on a clock that the test moves.
import { mock } from "node:test";
import { SignalingClient } from "../../signaling/static/signaling/wire/client.js";
import { Conversation } from "../../signaling/static/signaling/conversation/conversation.js";
import { FakeNetwork } from "./fake_rtc.js";
import { FakeServer, ROOM, settle } from "./fake_server.js";

export class Meeting {
  network = new FakeNetwork();
  server = new FakeServer();
  #joined = [];

  constructor() {
    mock.timers.enable({ apis: ["setTimeout", "Date"] });
  }

  async join(participant) {
    const client = new SignalingClient(this.server.credentials(participant));
    const made = [];
    const createPeerConnection = (config) => {
      made.push(this.network.create(config));
      return made.at(-1);
    };
    const conversation = new Conversation({ client, room: ROOM, createPeerConnection });
    Object.assign(conversation, { client, made });
    this.#joined.push(conversation);
    conversation.start();
    client.connect();
    await settle();
    return conversation;
  }

  async pass(ms) {
    mock.timers.tick(ms);
    await settle();
  }

  /** Somebody's newest open socket, as the server sees it. */
  socketOf({ self }) {
    return this.server.in(self.participant).at(-1);
  }

  /** The channels that are open on both sides. */
  get channels() {
    const open = this.network.live.filter(({ channel }) => channel.readyState === "open");
    return open.map(({ channel }) => channel);
  }

  end() {
    for (const conversation of this.#joined) {
      conversation.stop();
      conversation.client.close();
    }
    mock.timers.reset();
  }
}

/** The page's end of its newest channel, or of that to the other one's newest. */
export function channelOf({ made }, other = null) {
  const theirs = other?.made.map(({ channel }) => channel);
  return made.findLast(({ channel }) => !other || theirs.includes(channel.other)).channel;
}

export const bodies = ({ messages }) => messages.map(({ body }) => body);
