// Lists walked with J and K, chosen with checkboxes, and panes shown one at a time on a phone.
const { isWriting, on } = window.comptoir;

// <ul data-rows> … <a data-row> — J and K move the focus, Enter follows the link.
function links() {
  return [...document.querySelectorAll("[data-rows] [data-row]")].filter((row) => row.checkVisibility());
}

document.addEventListener("keydown", (event) => {
  const step = { j: 1, k: -1 }[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target) || document.querySelector("dialog[open]")) return;
  const rows = links();
  if (!rows.length) return;
  event.preventDefault();
  const here = rows.findIndex((row) => row === document.activeElement);
  const from = here >= 0 ? here : rows.findIndex((row) => row.getAttribute("aria-current"));
  const next = rows[Math.max(0, Math.min(rows.length - 1, from + step))];
  next.focus();
  if (next.closest("[data-rows]").hasAttribute("data-rows-open")) next.click();
});

// [data-select-all] drives every [data-select]; the number chosen is written in [data-selected].
const boxes = () => [...document.querySelectorAll("[data-select]")];

function count() {
  const all = boxes();
  const chosen = all.filter((box) => box.checked).length;
  for (const place of document.querySelectorAll("[data-selected]")) place.textContent = chosen.toLocaleString(document.documentElement.lang);
  for (const box of document.querySelectorAll("[data-select-all]")) {
    box.checked = chosen > 0 && chosen === all.length;
    box.indeterminate = chosen > 0 && chosen < all.length;
  }
  for (const list of document.querySelectorAll(".desk-list")) list.toggleAttribute("data-selecting", chosen > 0);
}

on("change", "[data-select-all]", (box) => {
  for (const one of boxes()) one.checked = box.checked;
  count();
});
on("change", "[data-select]", count);
document.addEventListener("htmx:afterSettle", count);
addEventListener("pageshow", count);

// Shift-click chooses everything in between.
let last = null;
on("click", "[data-select]", (box, event) => {
  const all = boxes();
  if (event.shiftKey && last && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    for (const one of all.slice(from, to + 1)) one.checked = box.checked;
  }
  last = box;
});

// The row whose conversation is open stays marked when htmx brings only the conversation.
on("click", "[data-row][hx-get]", (row) => {
  for (const other of links()) {
    other.removeAttribute("aria-current");
    other.closest(".row")?.removeAttribute("data-current");
  }
  row.setAttribute("aria-current", "true");
  row.closest(".row")?.setAttribute("data-current", "");
});

// [data-pane-to="list" | "conversation" | "aside"] shows that pane of the desk.
on("click", "[data-pane-to]", (button, event) => {
  const desk = document.querySelector(".desk");
  if (!desk) return;
  event.preventDefault();
  desk.dataset.pane = button.dataset.paneTo;
});

// A conversation opens at its latest message.
function toLatest() {
  for (const thread of document.querySelectorAll("[data-latest]")) thread.scrollTop = thread.scrollHeight;
}
document.addEventListener("htmx:afterSettle", (event) => event.target.querySelector?.("[data-latest]") && toLatest());
toLatest();
