// How much of the file has left, while htmx sends it.
const form = document.querySelector("form[data-upload]");

form?.addEventListener("htmx:beforeRequest", () => {
  const place = form.querySelector("[data-progress]");
  if (place) place.hidden = false;
});

form?.addEventListener("htmx:xhr:progress", (event) => {
  const { loaded, total, lengthComputable } = event.detail;
  const place = form.querySelector("[data-progress]");
  if (!place || !lengthComputable) return;
  const share = Math.floor((100 * loaded) / total);
  const bar = place.querySelector("progress");
  const words = place.querySelector("p");
  if (loaded < total) {
    bar.value = share;
    words.textContent = words.dataset.sending.replace("{}", share);
  } else {
    bar.removeAttribute("value");
    words.textContent = words.dataset.reading;
  }
});

for (const failure of ["htmx:sendError", "htmx:responseError"]) {
  form?.addEventListener(failure, () => {
    const place = form.querySelector("[data-progress]");
    if (place) place.hidden = true;
  });
}
