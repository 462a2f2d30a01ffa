import assert from "node:assert/strict";
import { test } from "node:test";

import { split } from "../../rooms/static/rooms/conversations/linkify.js";

function addresses(text) {
  return split(text).flatMap(({ text: part, href }) => (href ? [part] : []));
}

test("a text without an address stays whole", () => {
  assert.deepEqual(split("just words\nand lines"), [{ text: "just words\nand lines" }]);
  assert.deepEqual(split(""), []);
});

test("the parts put together are the text", () => {
  const text = "(see https://a.example/x?y=1#z), or http://b.example. And https://c.example!";
  assert.equal(split(text).map((part) => part.text).join(""), text);
});

test("what ends a sentence is not part of the address", () => {
  assert.deepEqual(addresses("go to https://a.example/x."), ["https://a.example/x"]);
  assert.deepEqual(addresses("(https://a.example/x)"), ["https://a.example/x"]);
  assert.deepEqual(addresses("https://a.example/x_(y)"), ["https://a.example/x_(y)"]);
  assert.deepEqual(addresses("看 https://a.example/路径。好"), ["https://a.example/路径"]);
});

test("only http and https become links", () => {
  for (const text of ["javascript:alert(1)", "data:text/html,x", "ftp://a.example", "https://", "www.a.example"]) {
    assert.deepEqual(addresses(text), [], text);
  }
  assert.deepEqual(addresses("HTTPS://A.example"), ["HTTPS://A.example"]);
});

test("an address that begins with somebody's name is no link", () => {
  for (const user of ["paypal.com", "a:b", ":b", "%70aypal.com", "paypal.com%2Flogin"]) {
    assert.deepEqual(addresses(`https://${user}@evil.example/login`), [], user);
  }
  assert.deepEqual(addresses("https://a.example/@jane"), ["https://a.example/@jane"]);
});

test("a quote or a bracket ends an address, so markup cannot hide in one", () => {
  assert.deepEqual(addresses('https://a.example/"onclick=x'), ["https://a.example/"]);
  assert.deepEqual(addresses("https://a.example/<script>"), ["https://a.example/"]);
});

test("a hostile text is cut in one go, not once per bracket", () => {
  const text = `https://a.example/${".".repeat(40_000)}x${")".repeat(40_000)}`;
  assert.equal(addresses(text)[0].length, text.length - 40_000);
});
