// Keyboard shortcuts, declared in the page:
//   data-key="r" data-key-label="Reply" [data-key-group="Conversation"]
// "g i" is a sequence. Pressing clicks the element, or focuses it when it is a field.
const { isUsable, isWriting, word } = window.comptoir;

const PAUSE = 1200;
let pending = "";
let timer = 0;

const NAMES = { " ": "Space", ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Enter: "↵", Escape: "Esc" };
const name = (key) => NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key);

/** The usable elements that declare a shortcut, the front-most dialog's first. */
function declared() {
  const scope = document.querySelector("dialog[open]") ?? document;
  return [...scope.querySelectorAll("[data-key]")].filter((element) => isUsable(element) || element.closest(".rail"));
}

function press(element) {
  if (element.matches("input:not([type=checkbox], [type=radio]), textarea, select")) {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
  const typed = pending ? `${pending} ${event.key}` : event.key;
  const keys = declared();
  const found = keys.find((element) => element.dataset.key === typed) ?? keys.find((element) => element.dataset.key === event.key);
  clearTimeout(timer);
  pending = "";
  if (found) {
    event.preventDefault();
    press(found);
  } else if (event.key === "?") {
    event.preventDefault();
    openSheet();
  } else if (keys.some((element) => element.dataset.key.startsWith(`${typed} `))) {
    pending = typed;
    timer = setTimeout(() => (pending = ""), PAUSE);
  }
});

// Escape leaves a field first, so that the shortcuts work again.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isWriting(event.target) && !event.target.closest("dialog, [popover]")) event.target.blur();
});

/** Groups of [keys, label], without two lines for one key. */
function sheet() {
  const groups = new Map([[word("general"), new Map([["Ctrl K", word("palette")], ["?", word("shortcuts")]])]]);
  const page = document.getElementById("shortcuts")?.dataset.group ?? "";
  const add = (group, key, label) => {
    if (!groups.has(group)) groups.set(group, new Map());
    if (!groups.get(group).has(key)) groups.get(group).set(key, label);
  };
  if (document.querySelector("[data-rows]")) {
    add(page, "J", word("next"));
    add(page, "K", word("previous"));
  }
  for (const element of document.querySelectorAll("[data-key]")) {
    const label = element.dataset.keyLabel || element.getAttribute("aria-label") || element.textContent.trim();
    add(element.dataset.keyGroup || page, element.dataset.key.split(" ").map(name).join(" "), label);
  }
  return groups;
}

function group([title, lines]) {
  const section = document.createElement("section");
  const heading = document.createElement("h3");
  const list = document.createElement("dl");
  heading.textContent = title;
  for (const [keys, label] of lines) {
    const term = document.createElement("dt");
    for (const key of keys.split(" ")) {
      const cap = document.createElement("kbd");
      cap.textContent = key;
      term.append(cap, " ");
    }
    const meaning = document.createElement("dd");
    meaning.textContent = label;
    list.append(term, meaning);
  }
  section.append(heading, list);
  return section;
}

function fill() {
  document.querySelector("[data-shortcuts]")?.replaceChildren(...[...sheet()].map(group));
}

function openSheet() {
  fill();
  document.getElementById("shortcuts")?.showModal();
}

document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest('[data-dialog="shortcuts"]')) fill();
}, true);
