// A room of Socket.IO with its Redis adapter. Run with PORT, REDIS_SOCKET and MODULES set.
import { createRequire } from "node:module";

const require = createRequire(process.env.MODULES + "/");
const { Server } = require("socket.io");
const { createAdapter } = require("@socket.io/redis-adapter");
const { createClient } = require("redis");

const publisher = createClient({ socket: { path: process.env.REDIS_SOCKET } });
const subscriber = publisher.duplicate();
await Promise.all([publisher.connect(), subscriber.connect()]);

const io = new Server({
  adapter: createAdapter(publisher, subscriber),
  transports: ["websocket"],
  serveClient: false,
  pingInterval: 120_000,
});
io.on("connection", (socket) => {
  socket.on("join", (room, reply) => {
    socket.data.room = room;
    socket.join(room);
    reply(true);
  });
  const compose = ({ client_id, body }) => ({
    seq: null, client_id, from: socket.id, body, at: Date.now(), room: socket.data.room,
  });
  socket.on("all", (data) => io.to(socket.data.room).emit("message.posted", compose(data)));
  socket.on("typing", () => {
    const room = socket.data.room;
    socket.to(room).emit("typing", { from: socket.id, on: true, room });
  });
  socket.on("others", (data) => socket.to(socket.data.room).emit("message.posted", compose(data)));
});
io.listen(Number(process.env.PORT));
