// The editor of a query: grounds under the text, suggestions while typing, mending at one press.
// What a piece of a query is, only the server knows: between its answers the old grounds move along.
const { on } = window.comptoir;

const form = document.getElementById("query-form");
const area = document.getElementById("text");
const list = document.getElementById("completions");
const mirror = () => document.getElementById("query-mirror");

/** Lets the rest of the page know that the text changed without a key. */
function changed() {
  move();
  form.dispatchEvent(new CustomEvent("listening:changed", { bubbles: true }));
}

/** Makes the mirror hold what the text box holds, keeping the grounds of what did not change. */
function move() {
  const pre = mirror();
  const [old, now] = [pre.textContent, area.value];
  if (old === now) return;
  let start = 0;
  while (start < old.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < Math.min(old.length, now.length) - start && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  replace(pre, start, old.length - end, now.slice(start, now.length - end));
}

/** Replaces the characters from start to end of an element that holds texts and spans of texts. */
function replace(pre, start, end, text) {
  let at = 0;
  let inserted = false;
  for (const node of [...pre.childNodes]) {
    const said = node.textContent;
    const [from, to] = [at, at + said.length];
    at = to;
    const grows = !inserted && start <= to && (start > from || from === 0);
    if (!grows && (to <= start || from >= end)) continue;
    const kept = said.slice(0, Math.max(0, start - from)) + (grows ? text : "") + said.slice(Math.max(0, Math.min(said.length, end - from)));
    inserted ||= grows;
    if (kept) node.textContent = kept;
    else node.remove();
  }
  if (!inserted && text) pre.append(text);
}

area.addEventListener("input", move);

// The server's answer is about a text that may have gone on.
document.addEventListener("htmx:oobAfterSwap", move);
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "checked") return;
  const wrong = document.querySelector("#checked [data-place]");
  if (wrong) area.setAttribute("aria-invalid", "true");
  else area.removeAttribute("aria-invalid");
});

/** Types over a part of the text, so that Ctrl-Z takes it back. */
function type(text, start, end) {
  area.focus();
  area.setSelectionRange(start, end);
  if (!document.execCommand("insertText", false, text)) area.setRangeText(text, start, end, "end");
  changed();
}

on("click", "[data-suggestion]", (button, event) => {
  if (button.form !== form) return;
  event.preventDefault();
  type(button.value, 0, area.value.length);
});

// ── Suggestions ──────────────────────────────────────────
let options = [];
let offeredFor = "";
let chosen = 0;
let asked = 0;
let timer = 0;

async function suggest(always = false) {
  const number = ++asked;
  const cursor = area.selectionStart;
  if (cursor !== area.selectionEnd) return close();
  const begun = /[\p{L}\p{N}:_]$/u.test(area.value.slice(0, cursor));
  if (!always && !begun) return close();
  const text = area.value;
  const body = new FormData();
  body.set("text", text);
  body.set("cursor", String(cursor));
  const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  try {
    const answer = await fetch(form.dataset.complete, { method: "POST", body, headers: { "X-CSRFToken": token } });
    if (!answer.ok || number !== asked || document.activeElement !== area) return;
    offer((await answer.json()).options, text, number);
  } catch {
    close();
  }
}

function offer(found, text, number) {
  if (number !== asked || text !== area.value) return;
  [options, offeredFor] = [found, text];
  if (options.length) open();
  else close();
}

/** Keeps what still fits of what was offered for a text that has gone on, over what is typed by now. */
function narrow() {
  const [old, now] = [offeredFor, area.value];
  const grown = now.length - old.length;
  const fits = ({ text, start, end }) =>
    now.slice(0, start) === old.slice(0, start) &&
    now.slice(end + grown) === old.slice(end) &&
    text.toLowerCase().startsWith(now.slice(start, end + grown).toLowerCase());
  const left = options.filter(fits).map((one) => ({ ...one, end: one.end + grown }));
  if (left.length) offer(left, now, ++asked);
  else close();
}

function open() {
  list.replaceChildren(...options.map(option));
  list.hidden = false;
  choose(0);
  position();
  document.getElementById("offered").textContent = form.dataset.offered.replace("{}", options.length);
}

function close() {
  asked += 1;
  options = [];
  list.hidden = true;
  area.removeAttribute("aria-activedescendant");
  document.getElementById("offered").textContent = "";
}

function option(one, number) {
  const item = document.createElement("li");
  const text = document.createElement("code");
  const hint = document.createElement("span");
  item.id = `completion-${number}`;
  item.setAttribute("role", "option");
  text.textContent = one.text;
  hint.textContent = one.hint;
  hint.className = "muted";
  item.append(text, hint);
  item.addEventListener("pointerdown", (event) => event.preventDefault());
  item.addEventListener("click", () => take(number));
  return item;
}

function choose(number) {
  chosen = (number + options.length) % options.length;
  [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === chosen)));
  area.setAttribute("aria-activedescendant", `completion-${chosen}`);
  list.children[chosen].scrollIntoView({ block: "nearest" });
}

function take(number) {
  const one = options[number];
  close();
  // A field waits for its value, an operator for what follows.
  const after = one.kind === "field" || /^\s/.test(area.value.slice(one.end)) ? "" : " ";
  type(one.text + after, one.start, one.end);
  if (one.kind === "field") suggest(true);
}

/** Under the piece being typed: the mirror knows where its characters stand. */
function position() {
  const range = document.createRange();
  const [node, offset] = place(mirror(), options[0].start);
  if (node) {
    range.setStart(node, offset);
    range.setEnd(node, Math.min(offset + 1, node.length));
  }
  const box = node ? range.getBoundingClientRect() : null;
  const line = box?.height ? box : area.getBoundingClientRect();
  const width = document.documentElement.clientWidth;
  const below = line.bottom + 4 + list.offsetHeight <= innerHeight || !box?.height;
  list.style.insetInlineStart = `${Math.max(8, Math.min(line.left, width - list.offsetWidth - 8))}px`;
  list.style.insetBlockStart = `${Math.min(below ? line.bottom + 4 : line.top - list.offsetHeight - 4, innerHeight - list.offsetHeight - 4)}px`;
}

/** The text node that holds a character, and where in it. */
function place(pre, at) {
  const walker = document.createTreeWalker(pre, NodeFilter.SHOW_TEXT);
  let left = at;
  let last = null;
  while (walker.nextNode()) {
    last = walker.currentNode;
    if (left < last.length) return [last, left];
    left -= last.length;
  }
  return [last, last ? last.length : 0];
}

area.addEventListener("input", (event) => {
  clearTimeout(timer);
  narrow();
  if (event.inputType === "insertText" || event.inputType?.startsWith("delete")) timer = setTimeout(suggest, 120);
  else close();
});

area.addEventListener("keydown", (event) => {
  if (event.key === " " && event.ctrlKey) {
    event.preventDefault();
    suggest(true);
    return;
  }
  if (list.hidden || event.isComposing) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    choose(chosen + step);
  } else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") {
    event.preventDefault();
    take(chosen);
  } else if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    close();
  } else if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
    close();
  }
}, true);

area.addEventListener("blur", close);
addEventListener("scroll", () => !list.hidden && position(), { capture: true, passive: true });
addEventListener("resize", () => !list.hidden && position());

// A page that comes back from the browser's history may hold another text than it was sent with.
move();
