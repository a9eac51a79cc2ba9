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

const countAll = () => document.querySelectorAll("[data-length]").forEach(count);
on("input", "[data-length]", count);
document.addEventListener("htmx:afterSettle", countAll);
countAll();

// Choosing what to write puts the reader where it is written.
on("change", '.composer [name="mode"]', (radio) => {
  const area = radio.form.elements.text;
  area.dataset.replyPlaceholder ??= area.placeholder;
  area.placeholder = radio.value === "note" ? area.dataset.notePlaceholder : area.dataset.replyPlaceholder;
});
on("click", '.composer [name="mode"]', (radio) => radio.form.elements.text.focus());

// Copy, open the original in a new tab, then ask. The draft stays until the answer is yes.
on("submit", ".composer", (form, event) => {
  if (form.elements.mode.value === "note") return;
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
