import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { prove, sha256, solve } from "../../rooms/static/rooms/visits/proof.js";

const hash = (text) => createHash("sha256").update(text).digest("hex");

function makeChallenge(number, maxnumber = 2_000) {
  const salt = "5b0c9c1e2f6a?expires=1764547200&link=3e5b1f0a-6f0e-4d53-9c0e-0d3f6f3d9a10&";
  return { algorithm: "SHA-256", challenge: hash(salt + number), maxnumber, salt, signature: "s" };
}

test("texts of any length get the digest that the platform gives", () => {
  for (let length = 0; length < 200; length += 1) {
    const text = "x".repeat(length);
    assert.equal(sha256(text), hash(text), `of ${length}`);
  }
});

for (const number of [0, 1, 1_234, 2_000]) {
  test(`the number ${number} is found`, () => {
    const said = JSON.parse(atob(solve(makeChallenge(number))));
    assert.deepEqual(Object.keys(said), ["algorithm", "challenge", "number", "salt", "signature"]);
    assert.equal(said.number, number);
  });
}

test("a challenge without a solution ends empty", () => {
  assert.equal(solve(makeChallenge(2_001)), "");
});

test("without workers the page solves it", async () => {
  const said = JSON.parse(atob(await prove(makeChallenge(7), "proof.js")));
  assert.equal(said.number, 7);
});

test("with a worker the page takes its word", async () => {
  const stopped = [];
  globalThis.Worker = class {
    postMessage(challenge) {
      queueMicrotask(() => this.onmessage({ data: `solved ${challenge.maxnumber}` }));
    }
    terminate() {
      stopped.push(this);
    }
  };
  try {
    assert.equal(await prove(makeChallenge(7), "proof.js"), "solved 2000");
    assert.equal(stopped.length, 1);
  } finally {
    delete globalThis.Worker;
  }
});
