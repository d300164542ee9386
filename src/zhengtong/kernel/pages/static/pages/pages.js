// The little that pages do in the browser. Everything works without it; decision 0051.
import "htmx.org/dist/htmx.esm.js";
import "./suggest.js";

const on = (type, selector, action) =>
  document.addEventListener(type, (event) => {
    const element = event.target.closest?.(selector);
    if (element) action(element, event);
  });

// A second click on a sent form must not send it twice; the mark goes when the page comes back from the cache.
on("submit", "form[method='post']:not([hx-post])", (form, event) => {
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  }
});

// `data-opens="id"` on a link to a confirmation page opens the dialog of that id instead.
on("click", "[data-opens]", (element, event) => {
  const dialog = document.getElementById(element.dataset.opens);
  if (!dialog?.showModal) return;
  event.preventDefault();
  dialog.showModal();
});
on("click", "[data-closes]", (element) => element.closest("dialog").close());
on("click", "[data-prints]", () => print());

// An island: a part of a page that needs a script of its own, `data-island`, with a style beside it, once it is opened.
for (const island of document.querySelectorAll("details[data-island]")) {
  island.hidden = false;
  island.addEventListener(
    "toggle",
    () => {
      const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: island.dataset.style });
      const script = Object.assign(document.createElement("script"), { type: "module", src: island.dataset.island });
      style.addEventListener("load", () => document.head.append(script), { once: true });
      document.head.append(style);
    },
    { once: true },
  );
}

// Read aloud 朗读: offered only where the browser has a voice for the page's language.
const reader = document.querySelector("[data-reads]");
if (reader && "speechSynthesis" in window) {
  const language = document.documentElement.lang.slice(0, 2);
  const offer = () => {
    reader.hidden = !speechSynthesis.getVoices().some((voice) => voice.lang.startsWith(language));
  };
  speechSynthesis.addEventListener?.("voiceschanged", offer);
  offer();
  reader.addEventListener("click", () => {
    if (speechSynthesis.speaking) return speechSynthesis.cancel();
    const words = new SpeechSynthesisUtterance(document.querySelector("main").innerText);
    words.lang = document.documentElement.lang;
    speechSynthesis.speak(words);
  });
}

const focus = (root) => root.querySelector?.("[data-takes-focus]")?.focus();
focus(document);
document.addEventListener("htmx:after:swap", () => focus(document));

if ("serviceWorker" in navigator && isSecureContext) navigator.serviceWorker.register("/worker.js");
