// Keeps one page for readers without a network. It never stores a page that holds anyone's data.
const kept = "{{ styles|escapejs }}";
addEventListener("install", (event) => event.waitUntil(
  caches.open(kept).then((cache) => cache.addAll(["{{ offline|escapejs }}", kept])).then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(
  caches.keys().then((names) => Promise.all(names.filter((name) => name !== kept).map((name) => caches.delete(name))))));
addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate") {
    event.respondWith(fetch(event.request).catch(() => caches.match("{{ offline|escapejs }}")));
  } else if (event.request.url.endsWith(kept)) {
    event.respondWith(caches.match(kept).then((found) => found ?? fetch(event.request)));
  }
});
