// Dialogs, pop-overs and menus. Native elements do the work; this opens, places and closes them.
const { on, place } = window.comptoir;

// <button data-dialog="id"> or <a href="/page" data-dialog="id">
on("click", "[data-dialog]", (opener, event) => {
  const dialog = document.getElementById(opener.dataset.dialog);
  if (!(dialog instanceof HTMLDialogElement)) return;
  event.preventDefault();
  opener.closest("[popover]")?.hidePopover();
  if (!dialog.open) dialog.showModal();
});

on("click", "[data-dialog-close]", (button) => button.closest("dialog")?.close());

// A press on the veil closes, unless the dialog asks for an answer (data-modal).
on("click", "dialog.dialog", (dialog, event) => {
  if (event.target === dialog && !dialog.hasAttribute("data-modal")) dialog.close();
});

// htmx may bring a dialog: show it as soon as it is there.
document.addEventListener("htmx:afterSwap", (event) => {
  for (const dialog of event.target.querySelectorAll?.("dialog[data-open]") ?? []) if (!dialog.open) dialog.showModal();
});

document.addEventListener(
  "toggle",
  (event) => {
    const floating = event.target;
    if (!(floating instanceof HTMLElement) || !floating.matches("[popover].popover")) return;
    const anchors = [...document.querySelectorAll(`[popovertarget="${CSS.escape(floating.id)}"]`)];
    for (const anchor of anchors) anchor.setAttribute("aria-expanded", String(event.newState === "open"));
    if (event.newState !== "open") return;
    const anchor = anchors.find((one) => one.checkVisibility());
    if (anchor) place(floating, anchor);
    if (floating.matches(".menu")) floating.querySelector("a, button")?.focus({ preventScroll: true });
  },
  true,
);

// Arrows walk a menu.
on("keydown", ".menu", (menu, event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const items = [...menu.querySelectorAll("a, button")].filter((item) => item.checkVisibility());
  items.at((items.indexOf(document.activeElement) + step) % items.length)?.focus();
});
