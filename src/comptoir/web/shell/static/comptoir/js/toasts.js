// Short messages at the foot of the page, with Undo. From the server: django messages, or the
// header  HX-Trigger: {"toast": {"text": "…", "kind": "success", "undo": "/undo/12/"}}
const { on } = window.comptoir;

const STAY = 8000;
const STAY_TO_UNDO = 10000;
const SIGNS = { success: "check-circle" };
const region = document.getElementById("toasts");
const model = document.getElementById("toast-template");

/** Says one thing. kind: success, error, warning or info; undo: an address posted to. */
function toast({ text, kind = "info", undo = "" }) {
  if (!region || !model || !text) return;
  const element = model.content.cloneNode(true).querySelector("[data-toast]");
  element.dataset.kind = kind;
  element.querySelector("[data-toast-text]").textContent = text;
  const icon = element.querySelector("use");
  icon.setAttribute("href", icon.getAttribute("href").replace(/#.*/, `#${SIGNS[kind] ?? kind}`));
  const form = element.querySelector("[data-toast-undo]");
  if (undo) {
    form.action = undo;
    form.hidden = false;
  }
  for (const old of region.querySelectorAll("[data-toast]")) old.remove();
  region.append(element);
  leaveLater(element);
}

/** Goes after a while, later when it can be undone, but never under the pointer or the focus; errors stay until dismissed. */
function leaveLater(element) {
  if (element.dataset.kind === "error") return;
  setTimeout(() => {
    if (element.matches(":hover, :focus-within")) leaveLater(element);
    else element.remove();
  }, element.querySelector("[data-toast-undo]:not([hidden])") ? STAY_TO_UNDO : STAY);
}

on("click", "[data-toast-close]", (button) => button.closest("[data-toast]").remove());
document.addEventListener("toast", (event) => toast(event.detail));
region?.querySelectorAll("[data-toast]").forEach(leaveLater);

window.comptoir.toast = toast;
