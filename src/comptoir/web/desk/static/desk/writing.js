// The composer: what is counted, where the text goes, and whether it was sent.
const { on } = window.comptoir;

const LINK = /https?:\/\/\S+/g;

/** Length as the network counts it: a link may count for a fixed number of characters. */
function length(text, link) {
  if (!link) return [...text].length;
  const links = text.match(LINK)?.length ?? 0;
  return [...text.replace(LINK, "")].length + links * link;
}

function count(area) {
  const place = document.getElementById(area.dataset.length);
  if (!place) return;
  const most = Number(area.dataset.most);
  const used = length(area.value, Number(area.dataset.link));
  const language = document.documentElement.lang;
  // A limit that is far away is not worth a figure.
  place.hidden = most > 1000 && used < most * 0.8;
  place.textContent = `${used.toLocaleString(language)} / ${most.toLocaleString(language)}`;
  place.toggleAttribute("data-over", used > most);
}

// Where we send ourselves the network's own count comes with each draft that is kept; until the
// next one it moves with what is typed.
let typed = 0;

function recount(area) {
  const place = document.getElementById("counter");
  if (!place?.dataset.most) return;
  const most = Number(place.dataset.most);
  const used = Math.max(0, Number(place.dataset.used) + [...area.value].length - typed);
  const language = document.documentElement.lang;
  place.textContent = `${used.toLocaleString(language)} / ${most.toLocaleString(language)}`;
  place.hidden = most > 1000 && used < most * 0.8;
  place.toggleAttribute("data-over", used > most);
}

function counted() {
  const area = document.querySelector("[data-counted]");
  if (!area) return;
  typed = [...area.value].length;
  recount(area);
}

on("input", "[data-counted]", recount);
on("change", "[data-way]", (radio) => window.htmx.trigger(radio.form.elements.text, "recount"));
document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target.id === "counter") counted();
});

function countAll() {
  document.querySelectorAll("[data-length]").forEach(count);
}
on("input", "[data-length]", count);
document.addEventListener("htmx:afterSettle", (event) => {
  countAll();
  if (event.target.id === "thread" || event.target.id === "desk") counted();
});
countAll();
counted();

// What becomes of an answer is said aloud, whoever brought the change into the page.
const fates = new Map();

function hearFates() {
  const place = document.getElementById("answer-live");
  for (const { dataset } of document.querySelectorAll(".fate")) {
    if (place && fates.has(dataset.key) && fates.get(dataset.key) !== dataset.state) place.textContent = dataset.spoken;
    fates.set(dataset.key, dataset.state);
  }
}

const desk = document.getElementById("desk");
if (desk) new MutationObserver(hearFates).observe(desk, { childList: true, subtree: true });
hearFates();

// Files that will go along, by name; pressing one takes it off.
function listFiles(input) {
  const place = input.form.querySelector("[data-file-list]");
  place.replaceChildren(...[...input.files].map((file, rank) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "file-chip";
    button.textContent = `${file.name} ×`;
    button.addEventListener("click", () => {
      const kept = new DataTransfer();
      [...input.files].forEach((one, place) => place !== rank && kept.items.add(one));
      input.files = kept.files;
      listFiles(input);
    });
    item.append(button);
    return item;
  }));
}
on("change", "[data-files]", listFiles);

// Choosing what to write puts the reader where it is written.
on("change", '.composer [name="mode"]', (radio) => {
  const area = radio.form.elements.text;
  area.dataset.replyPlaceholder ??= area.placeholder;
  area.placeholder = radio.value === "note" ? area.dataset.notePlaceholder : area.dataset.replyPlaceholder;
});
on("click", '.composer [name="mode"]', (radio) => radio.form.elements.text.focus());

// Copy, open the original in a new tab, then ask. The draft stays until the answer is yes.
on("submit", ".composer", (form, event) => {
  if (form.elements.mode.value === "note" || form.hasAttribute("data-sends")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const text = form.elements.text.value.trim();
  if (!text) {
    form.elements.text.focus();
    return;
  }
  document.getElementById("sent-text").value = text;
  navigator.clipboard?.writeText(text);
  const original = form.querySelector("[data-answer]").dataset.answer;
  if (original) window.open(original, "_blank", "noopener,noreferrer");
  document.getElementById("sent-dialog").showModal();
}, true);

// Enter in the field of a tag adds it, rather than pressing the form's first button.
on("keydown", "[data-enter]", (field, event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  if (field.value.trim()) document.getElementById(field.dataset.enter).click();
});
