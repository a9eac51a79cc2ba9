// What several modules need, in window.comptoir. They are loaded one by one, in order, and do not
// import each other: each address carries its own version, which an import could not know.

/** The translated sentence kept under `name` in the page. */
const word = (name) => document.getElementById("words")?.dataset[name] ?? "";

/** Calls `act(element, event)` when `type` happens on, or inside, something matching `selector`. */
function on(type, selector, act, options) {
  document.addEventListener(
    type,
    (event) => {
      const element = event.target instanceof Element ? event.target.closest(selector) : null;
      if (element) act(element, event);
    },
    options,
  );
}

/** Whether somebody is writing, so that letters are letters and not shortcuts. */
function isWriting(target) {
  return (
    target instanceof Element &&
    target.closest('input:not([type="checkbox"], [type="radio"], [type="button"], [type="submit"]), textarea, select, [contenteditable="true"]') !== null
  );
}

/** Whether something can be seen and used now. */
const isUsable = (element) =>
  !element.disabled && element.getAttribute("aria-disabled") !== "true" && element.checkVisibility();

/** Puts a floating element under (or over) its anchor, inside the window. */
function place(floating, anchor, gap = 6) {
  const a = anchor.getBoundingClientRect();
  const f = floating.getBoundingClientRect();
  const width = document.documentElement.clientWidth;
  const below = a.bottom + gap + f.height <= innerHeight || a.top < f.height + gap;
  const left = a.left + f.width > width - 8 ? a.right - f.width : a.left;
  const top = below ? a.bottom + gap : a.top - gap - f.height;
  floating.style.left = `${Math.max(8, Math.min(left, width - f.width - 8))}px`;
  floating.style.top = `${Math.max(8, Math.min(top, innerHeight - f.height - 8))}px`;
}

window.comptoir = { word, on, isWriting, isUsable, place };
