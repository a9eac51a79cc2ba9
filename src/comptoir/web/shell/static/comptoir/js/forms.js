// Small helpers of forms: files, copying, counters, sending by keyboard or on change.
const { on, word, toast } = window.comptoir;

// A dropzone shows that a file is over it, then which file was chosen.
for (const type of ["dragenter", "dragover"]) on(type, ".dropzone", (zone) => (zone.dataset.over = ""));
for (const type of ["dragleave", "drop"]) on(type, ".dropzone", (zone) => delete zone.dataset.over);

function size(bytes, language) {
  const units = [["gigabyte", 1e9], ["megabyte", 1e6], ["kilobyte", 1e3], ["byte", 1]];
  const [unit, one] = units.find(([, amount]) => bytes >= amount) ?? units.at(-1);
  return new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: 1 }).format(bytes / one);
}

on("change", '.dropzone input[type="file"]', (input) => {
  const place = input.closest(".dropzone").querySelector("[data-file]");
  const file = input.files[0];
  if (place) place.textContent = file ? `${file.name} · ${size(file.size, document.documentElement.lang)}` : "";
  if (file && input.closest(".dropzone").hasAttribute("data-submit")) input.form.requestSubmit();
});

// <button data-copy="#id"> or data-copy-text="…"; an address in data-then opens afterwards.
on("click", "[data-copy], [data-copy-text]", async (button) => {
  const source = button.dataset.copy ? document.querySelector(button.dataset.copy) : null;
  await navigator.clipboard.writeText(button.dataset.copyText ?? source?.value ?? source?.textContent.trim() ?? "");
  toast({ kind: "success", text: word("copied") });
});

// <textarea data-limit="280" data-counter="id">
on("input", "[data-counter]", (area) => {
  const place = document.getElementById(area.dataset.counter);
  if (!place) return;
  const used = [...area.value].length;
  const limit = Number(area.dataset.limit ?? 0);
  place.textContent = limit ? `${used} / ${limit}` : String(used);
  place.toggleAttribute("data-over", limit > 0 && used > limit);
});

// Ctrl-Enter sends the form one is writing in.
on("keydown", "textarea", (area, event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) area.form?.requestSubmit();
});

// <form data-once="Asking the network…"> goes once; meanwhile its button says so.
on("submit", "form[data-once]", (form, event) => {
  if (form.dataset.gone !== undefined) return event.preventDefault();
  form.dataset.gone = "";
  const button = event.submitter;
  const label = button?.querySelector("span:not(.visually-hidden)");
  button?.setAttribute("aria-busy", "true");
  if (label && form.dataset.once) label.textContent = form.dataset.once;
});
addEventListener("pageshow", (event) => event.persisted && document.querySelector("form[data-gone]") && location.reload());

// <form data-auto> goes as soon as a choice is made; without us its button does it.
on("change", "form[data-auto]", (form) => form.requestSubmit());

on("click", "[data-print]", () => window.print());
