// Keeps the page of one door, without anybody's name, so that it opens without a network. Its scope is that page.
// SHELL, FILES and VERSION are written before this by the address that the browser registers.
"use strict";
/* global SHELL, FILES, VERSION */
const PREFIX = `door:${SHELL}:`;
const KEPT = PREFIX + VERSION;
const PATIENCE = 4000;

async function keepPage(answer) {
  // Not the page of a login, nor one that says that something is wrong.
  if (answer.ok && !answer.redirected) await (await caches.open(KEPT)).put(SHELL, answer);
}

self.addEventListener("install", (event) => {
  const filled = caches.open(KEPT).then((kept) => kept.addAll(FILES));
  event.waitUntil(Promise.all([filled, fetch(SHELL).then(keepPage)]).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith(PREFIX) && name !== KEPT;
  const tidied = caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))));
  event.waitUntil(tidied.then(() => self.clients.claim()));
});

async function page(request) {
  const late = new Promise((_, reject) => setTimeout(reject, PATIENCE));
  try {
    const answer = await Promise.race([fetch(request), late]);
    if (answer.status < 500) {
      if (!new URL(request.url).search) await keepPage(answer.clone());
      return answer;
    }
  } catch {
    // No network, or one that does not answer.
  }
  return (await (await caches.open(KEPT)).match(SHELL, { ignoreVary: true })) || Response.error();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (FILES.includes(pathname)) {
    event.respondWith(caches.match(pathname, { ignoreVary: true }).then((kept) => kept || fetch(request)));
  } else if (request.mode === "navigate" && pathname === SHELL) {
    event.respondWith(page(request));
  }
});
