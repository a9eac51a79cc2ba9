// Ctrl-K: everything on the page that declares itself a command ([data-command]), every
// shortcut, and a search. [data-palette] opens it with the pointer.
const { on } = window.comptoir;

const palette = document.getElementById("palette");
const input = palette?.querySelector("input");
const list = palette?.querySelector('[role="listbox"]');
const model = document.getElementById("palette-option");
const MOST = 9;
let choices = [];
let chosen = 0;

const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

function commands() {
  const seen = new Map();
  for (const element of document.querySelectorAll("[data-command], [data-key]")) {
    if (element.closest("dialog, template, [data-toast]")) continue;
    const label = (element.dataset.command || element.dataset.keyLabel || element.getAttribute("aria-label") || element.textContent).trim();
    if (label && !seen.has(label)) seen.set(label, { label, key: element.dataset.key ?? "", run: () => run(element), icon: element.querySelector("use")?.getAttribute("href") });
  }
  return [...seen.values()];
}

function run(element) {
  if (element.matches("input:not([type=checkbox]), textarea, select")) element.focus();
  else element.click();
}

function search(words) {
  const url = palette.dataset.searchUrl;
  if (!url || !words) return [];
  const label = palette.dataset.searchLabel.replace("{}", words);
  const run = () => window.location.assign(`${url}${url.includes("?") ? "&" : "?"}q=${encodeURIComponent(words)}`);
  return [{ label, key: "", run }];
}

/** Labels that begin with what is typed first, then those with a word that does. */
function rank({ label }, part) {
  const at = fold(label).indexOf(part);
  return at === 0 ? 0 : fold(label).includes(` ${part}`) ? 1 : 2;
}

function refresh() {
  const words = input.value.trim();
  const parts = fold(words).split(/\s+/);
  const found = commands()
    .filter(({ label }) => parts.every((part) => fold(label).includes(part)))
    .sort((a, b) => rank(a, parts[0]) - rank(b, parts[0]));
  choices = [...found.slice(0, MOST), ...search(words)];
  chosen = 0;
  list.replaceChildren(...choices.map(option));
  mark();
}

function option(choice, index) {
  const item = model.content.cloneNode(true).firstElementChild;
  item.id = `palette-${index}`;
  item.querySelector("span").textContent = choice.label;
  if (choice.icon) item.querySelector("use").setAttribute("href", choice.icon);
  if (choice.key) {
    const cap = document.createElement("kbd");
    cap.textContent = choice.key.toUpperCase();
    item.append(cap);
  }
  item.addEventListener("click", () => take(index));
  return item;
}

function mark() {
  [...list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === chosen)));
  input.setAttribute("aria-activedescendant", choices.length ? `palette-${chosen}` : "");
  list.children[chosen]?.scrollIntoView({ block: "nearest" });
}

function take(index) {
  const choice = choices[index];
  palette.close();
  choice?.run();
}

function open() {
  if (!palette || palette.open) return;
  input.value = "";
  refresh();
  palette.showModal();
}

input?.addEventListener("input", refresh);
input?.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && choices.length) {
    event.preventDefault();
    chosen = (chosen + step + choices.length) % choices.length;
    mark();
  } else if (event.key === "Enter") {
    event.preventDefault();
    take(chosen);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
  event.preventDefault();
  open();
});

on("click", "[data-palette]", (element, event) => {
  if (event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  open();
});
