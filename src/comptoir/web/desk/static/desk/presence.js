// Says which conversation is open here, and whether it is being answered, for as long as it is.
const root = document.getElementById("live");

const AGAIN = 12_000;
const PAUSE_IN_WRITING = 20_000;

let at = "";
let doing = "";
let wroteAt = -Infinity;

function tell(id, what) {
  const body = new URLSearchParams({ doing: what });
  const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  const address = root.dataset.here.replace("/-/", `/${id}/`);
  // Losing one does not matter: the next one comes, or it ends by itself.
  fetch(address, { method: "POST", body, keepalive: true, headers: { "X-CSRFToken": token } }).catch(() => {});
}

function look(again = false) {
  const open = document.hidden ? "" : (document.getElementById("thread")?.dataset.open ?? "");
  const now = performance.now() - wroteAt < PAUSE_IN_WRITING ? "answering" : "looking";
  if (at && at !== open) tell(at, "gone");
  if (open && (again || open !== at || now !== doing)) tell(open, now);
  [at, doing] = [open, now];
}

if (root?.dataset.here) {
  document.addEventListener("input", (event) => {
    if (!event.target.matches("#composer textarea")) return;
    wroteAt = event.target.value.trim() ? performance.now() : -Infinity;
    look();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if ((document.getElementById("thread")?.dataset.open ?? "") !== at) wroteAt = -Infinity;
    look();
  });
  document.addEventListener("visibilitychange", () => look());
  addEventListener("pagehide", () => at && tell(at, "gone"));
  setInterval(() => look(true), AGAIN);
  look();
}
