// Which pane a phone shows, and which conversation comes after the one just finished.
const { on } = window.comptoir;

const desk = () => document.querySelector(".desk");
const rows = () => [...document.querySelectorAll("[data-rows] [data-row]")];

function show(pane) {
  if (desk()) desk().dataset.pane = pane;
}

// A conversation brought by htmx is what the reader now looks at.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "thread") return;
  const open = document.getElementById("thread")?.dataset.open;
  show(open ? "conversation" : "list");
  for (const row of rows()) {
    if (row.dataset.id === open) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
    row.closest(".row")?.toggleAttribute("data-current", row.dataset.id === open);
  }
  document.querySelector('[data-row][aria-current="true"]')?.closest("li").scrollIntoView({ block: "nearest" });
});

// On a phone the views stand in one line: the present one is brought into sight.
const showView = () => document.querySelector(".views [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
document.addEventListener("htmx:afterSettle", showView);
showView();

// What follows is what stands below in the list as the reader sees it now, else above.
function following(open) {
  const all = rows();
  const here = all.findIndex((row) => row.dataset.id === open);
  return (all[here + 1] ?? all[here - 1])?.dataset.id ?? "";
}

document.addEventListener("htmx:configRequest", (event) => {
  const { formData, elt } = event.detail;
  if (elt.id === "bulk") formData.set("open", document.getElementById("thread")?.dataset.open ?? "");
  else if (formData.has("next")) formData.set("next", following(formData.get("open")));
});

// A menu's choice closes the menu at once; the answer may take a moment.
on("click", ".popover button[name='do']", (button) => button.closest("[popover]")?.hidePopover?.());
on("click", "[data-hides]", (button) => document.getElementById(button.dataset.hides)?.hidePopover());
