// htmx: the CSRF header, and a sentence when a request fails.
const { word, toast } = window.comptoir;

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb === "get") return;
  event.detail.headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
});

document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  toast({ kind: "error", text: word(status === 403 ? "forbidden" : "failed") });
});

document.addEventListener("htmx:sendError", () => toast({ kind: "error", text: word("failed") }));

// What is busy until it is fetched is read aloud once it is there.
document.addEventListener("htmx:afterSwap", (event) => event.detail.target.removeAttribute("aria-busy"));

// A form that comes back with its errors (422) replaces itself like any answer.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status !== 422) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
});
