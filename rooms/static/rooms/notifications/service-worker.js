/**
 * Shows pushes while no page is open, and leads to the room that rang (Push API, Notifications API).
 * Served as /service-worker.js, so that it may speak for the whole site.
 */
const ICON = "/static/accounts/touch-icon.png";
const RENEW_URL = "/notifications/push";

function read(event) {
  try {
    return event.data?.json() ?? {};
  } catch {
    return {};
  }
}

/** Something is shown in any case: browsers take the permission away from who stays silent. */
function show({ title = "Doorbell", body = "", url = "/inbox", tag = "doorbell" }) {
  return self.registration.showNotification(title, {
    body,
    tag,
    renotify: true,
    requireInteraction: true,
    icon: ICON,
    badge: ICON,
    data: { url },
  });
}

/** The page that has it open, else any page of the inbox, else a new one. */
async function open(url) {
  const target = new URL(url, self.location.origin);
  if (target.origin !== self.location.origin) return;
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const paths = pages.map((page) => new URL(page.url).pathname);
  const same = pages[paths.indexOf(target.pathname)];
  if (same) return same.focus();
  const inbox = pages[paths.findIndex((path) => path.startsWith("/inbox"))];
  if (!inbox) return self.clients.openWindow(target.href);
  await inbox.focus();
  return inbox.navigate(target.href).catch(() => self.clients.openWindow(target.href));
}

async function renew({ oldSubscription: old, newSubscription: given }) {
  if (!old) return;
  const subscription = given ?? (await self.registration.pushManager.subscribe(old.options));
  await fetch(RENEW_URL, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ old: old.endpoint, subscription }),
  });
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => event.waitUntil(show(read(event))));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.url ?? "/inbox"));
});
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));
