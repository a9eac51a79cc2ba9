// Correcting labels: a message is chosen by pressing it, L opens its editor, one key sets each label.
const { on } = window.comptoir;

/** Text without accents or case, for finding while typing. */
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

on("click", ".bubble[data-message]", (bubble, event) => {
  if (event.target.closest("a, button") && !event.target.closest("[data-correct]")) return;
  for (const other of document.querySelectorAll(".bubble[data-chosen]")) delete other.dataset.chosen;
  bubble.dataset.chosen = "";
});

const writing = (target) => target instanceof Element && target.closest("input:not([type=radio], [type=checkbox]), textarea, select") !== null;
const plain = (event) => !event.ctrlKey && !event.metaKey && !event.altKey && !writing(event.target);

// L takes the chosen message, before the shell gives the key to the latest one.
document.addEventListener("keydown", (event) => {
  if (event.key !== "l" || !plain(event) || document.querySelector("dialog[open]")) return;
  const button = document.querySelector(".bubble[data-chosen] [data-correct]");
  if (!button) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  button.click();
}, true);

/** The key as printed: on French keyboards digits need Shift, so where the key is counts too. */
function pressed(event) {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
  if (digit && event.key !== "-" && event.key !== "+") return digit[1];
  return { "=": "+", "−": "-" }[event.key] ?? event.key;
}

document.addEventListener("keydown", (event) => {
  const dialog = document.querySelector(".editor-dialog[open]") ?? document.querySelector(".page .editor");
  if (!dialog || !plain(event)) return;
  const keys = new Set([pressed(event), event.key]);
  const button = [...dialog.querySelectorAll("[data-editor-key]")].find((one) => keys.has(one.dataset.editorKey));
  if (!button) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  button.click();
}, true);

// Typing narrows the intents; Enter sets the first of those left.
const intents = () => [...document.querySelectorAll('[data-field="intents"] .pill')];

on("input", "#intent-filter", (field) => {
  const words = fold(field.value.trim());
  for (const pill of intents()) pill.hidden = words !== "" && !fold(pill.textContent).includes(words);
});
on("keydown", "#intent-filter", (field, event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  if (field.value.trim()) intents().find((pill) => !pill.hidden)?.click();
});
