// One tip for the page: [data-tip="text"], or [data-tip][title="text"] so that it works without us.
const { place } = window.comptoir;

const tip = document.createElement("div");
tip.className = "tip";
tip.id = "tip";
tip.role = "tooltip";
tip.popover = "manual";
document.body.append(tip);
let owner = null;

function show(element) {
  if (element === owner) return;
  hide();
  if (element.title) {
    element.dataset.tip ||= element.title;
    element.removeAttribute("title");
  }
  if (!element.dataset.tip) return;
  owner = element;
  // Focus moves while a menu opens, and nothing may be shown during another opening: wait a turn.
  setTimeout(() => owner === element && open(element));
}

function open(element) {
  tip.textContent = element.dataset.tip;
  element.setAttribute("aria-describedby", "tip");
  tip.showPopover();
  place(tip, element, 5);
}

function hide() {
  owner?.removeAttribute("aria-describedby");
  owner = null;
  if (tip.matches(":popover-open")) tip.hidePopover();
}

const near = (event) => (event.target instanceof Element ? event.target.closest("[data-tip]") : null);
for (const type of ["pointerover", "focusin"]) {
  document.addEventListener(type, (event) => (near(event) ? show(near(event)) : hide()));
}
document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
document.addEventListener("scroll", hide, true);
document.addEventListener("htmx:beforeSwap", hide);
document.addEventListener("beforetoggle", (event) => event.target !== tip && hide(), true);
