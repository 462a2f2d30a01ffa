/**
 * Pushes to this browser: the button asks it for a subscription, which the form takes to the server.
 */
const form = document.querySelector("[data-role=push]");
const IPHONE = /iPhone|iPad|iPod/;

function show(name) {
  for (const note of form.querySelectorAll("[data-role^=push-]")) {
    note.hidden = note.dataset.role !== `push-${name}`;
  }
}

function isPossible() {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

function isFor(subscription, key) {
  const known = subscription.options.applicationServerKey;
  if (!known) return false;
  const text = btoa(String.fromCharCode(...new Uint8Array(known)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "") === key;
}

/** A subscription made with an earlier key of this server is of no use and in the way. */
async function subscribe(manager, key) {
  const present = await manager.getSubscription();
  if (present && isFor(present, key)) return present;
  await present?.unsubscribe();
  return manager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

async function add() {
  const { worker, key } = form.dataset;
  if ((await Notification.requestPermission()) !== "granted") return show("denied");
  try {
    await navigator.serviceWorker.register(worker, { scope: "/" });
    const { pushManager } = await navigator.serviceWorker.ready;
    const subscription = await subscribe(pushManager, key);
    form.elements.subscription.value = JSON.stringify(subscription);
    form.elements.agent.value = navigator.userAgent.slice(0, 500);
    form.submit();
  } catch {
    show("failed");
  }
}

if (form) {
  const button = form.querySelector("button");
  if (!isPossible()) {
    show(IPHONE.test(navigator.userAgent) ? "iphone" : "impossible");
    button.disabled = true;
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    button.disabled = true;
    add().finally(() => {
      button.disabled = false;
    });
  });
}
