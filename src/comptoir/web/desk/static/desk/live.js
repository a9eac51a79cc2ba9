// Rows and messages that come while the page is open. What the reader is at is never moved: rows
// above push nothing, what is focused, selected or being written stays as it is.
const root = document.getElementById("live");

const SHORTEST = 20;
const LONGEST = 1000;
const AT_ONCE = 60;
const FLOOD = 300;
const CALM = 1000;
const MOST_ROWS = 90;
const KEPT_ROWS = 60;
const A_SCREENFUL = 12;
const MOST_IN_FLOOD = 600;
const COUNT_EVERY = 1000;
const COUNT_HIDDEN_EVERY = 5000;

const list = () => document.querySelector("#list-body .rows");
const thread = () => document.getElementById("thread");
const opened = () => thread()?.dataset.open ?? "";

/** Whether somebody has marked text in an element. */
function isSelected(element) {
  const selection = getSelection();
  return selection.type === "Range" && selection.containsNode(element, true);
}

const isHeld = (element) => element.contains(document.activeElement) || element.querySelector(":popover-open, dialog[open]") !== null || isSelected(element);

/** The same in all that a reader sees: tokens of forms differ each time. */
function isSame(old, fresh) {
  const plain = (node) => {
    const copy = node.cloneNode(true);
    for (const one of copy.querySelectorAll('[name="csrfmiddlewaretoken"], .row-here')) one.remove();
    for (const one of copy.querySelectorAll("[min]")) one.removeAttribute("min");
    return copy;
  };
  return plain(old).isEqualNode(plain(fresh));
}

function put(old, fresh) {
  old.replaceWith(fresh);
  window.htmx.process(fresh);
}

async function ask(url, headers) {
  const answer = await fetch(url, { headers: { "HX-Request": "true", ...headers }, cache: "no-store" });
  if (!answer.ok || answer.redirected) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/* ── One errand at a time, the next after a pause a quarter as long as it took ── */

function errand(run) {
  let wanted = false;
  let busy = false;
  async function go() {
    if (!wanted || busy || document.hidden) return;
    busy = true;
    wanted = false;
    const began = performance.now();
    try {
      await run();
    } catch {
      wanted = true; // the connection says by itself that it is broken
    }
    const took = performance.now() - began;
    setTimeout(() => {
      busy = false;
      go();
    }, Math.min(Math.max(took / 4, SHORTEST), LONGEST));
  }
  document.addEventListener("visibilitychange", go);
  return () => {
    wanted = true;
    go();
  };
}

/* ── The list ── */

const changed = new Set();
let unseen = new Set();

const bringRows = errand(async () => {
  const address = document.getElementById("list-body")?.dataset.news;
  if (!address || !changed.size) return;
  // In a flood, the newest page is what can be looked at; those before it have gone by.
  if (changed.size > FLOOD && (!list() || isFree(list()))) {
    changed.clear();
    await redraw();
    return;
  }
  const ids = [...changed].slice(-AT_ONCE);
  for (const id of ids) changed.delete(id);
  const answered = new Set(ids);
  asking = answered;
  const sent = new URLSearchParams(ids.map((id) => ["id", id]));
  if (opened()) sent.set("open", opened());
  let found;
  try {
    found = await ask(`${address}&${sent}`);
  } catch (error) {
    for (const id of ids) changed.add(id);
    throw error;
  }
  if (document.getElementById("list-body")?.dataset.news !== address) for (const id of answered) changed.add(id);
  // What the stream has brought meanwhile is newer.
  else if (found) bringAll([...found.querySelectorAll("li.row")].filter((row) => answered.has(outside(row))));
  if (changed.size) bringRows();
});

/* ── Rows that come in the stream ── */

/** Those that the page has asked for, and that the stream has not brought since. */
let asking = new Set();

/** Rows to be put into the list, by conversation: the newest of each. */
const arrived = new Map();
let arrivedFor = "";

const outside = (row) => row.id.slice(4);
const watching = () => document.getElementById("list-body")?.dataset.watched ?? "";

function take(html, ids) {
  const held = document.createElement("template");
  held.innerHTML = html;
  for (const id of ids) {
    changed.delete(id);
    asking.delete(id);
    arrived.delete(id);
  }
  for (const row of held.content.querySelectorAll("li.row")) arrived.set(outside(row), document.importNode(row, true));
  arrivedFor = watching();
  putIn();
}

let resting = false;

/** A row alone at once; while they pour in, those that came since the last were painted, and a moment after. */
function putIn() {
  if (resting || !arrived.size || document.hidden) return;
  if (arrivedFor !== watching()) {
    // Another view was opened since.
    for (const id of arrived.keys()) changed.add(id);
    arrived.clear();
    bringRows();
    return;
  }
  if (!list() || (arrived.size > FLOOD && isFree(list()))) {
    for (const id of arrived.keys()) changed.delete(id);
    arrived.clear();
    redraw();
    return;
  }
  const fresh = [...arrived.values()];
  arrived.clear();
  resting = true;
  const began = performance.now();
  bringAll(fresh);
  painted(() => setTimeout(() => {
    resting = false;
    putIn();
  }, Math.min(Math.max((performance.now() - began) / 4, SHORTEST), LONGEST)));
}

function painted(act) {
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = act;
    port2.postMessage(0);
  });
}

document.addEventListener("visibilitychange", putIn);

/** What holds for the whole list while rows are put into it: asking for each row would cost more than the rows. */
let around = null;

/** When rows came last. */
let brought = -Infinity;

/** Put rows into the list without moving what is looked at. */
function bringAll(fresh) {
  const rows = list();
  if (!rows) {
    redraw();
    return;
  }
  const pager = [...document.querySelectorAll(".pager")];
  const leads = (where) => pager.some((one) => one.querySelector(`[rel="${where}"]`));
  // A light on everything, or all the time, shows nothing, and costs a picture each sixtieth of a second.
  const lit = fresh.length <= A_SCREENFUL && performance.now() - brought > CALM;
  brought = performance.now();
  around = { free: isFree(rows), lit, later: leads("prev"), more: leads("next") };
  const act = () => fresh.forEach(bring);
  try {
    if (around.free) {
      act();
      cut(rows);
    } else holding(rows, act);
  } finally {
    around = null;
  }
  tidy(rows);
  showUnseen();
}

/** Newer rows push the oldest out, once these stand on the page that follows: its link begins where the list ends. */
function cut(rows) {
  const older = document.querySelector('.pager [rel="next"]');
  if (!older || rows.children.length <= MOST_ROWS) return;
  let last = rows.children[KEPT_ROWS - 1];
  while (last.nextElementSibling?.dataset.at === last.dataset.at) last = last.nextElementSibling;
  // Those of one moment stay together, whatever order they came in.
  const together = [...rows.children].filter((row) => row.dataset.at === last.dataset.at);
  const { below } = together.reduce((one, other) => (Number(other.dataset.tie) < Number(one.dataset.tie) ? other : one)).dataset;
  if (!below) return;
  while (last.nextElementSibling) rows.lastElementChild.remove();
  const address = new URL(older.href);
  address.searchParams.set("cursor", below);
  const link = older.cloneNode(true);
  link.href = address.pathname + address.search;
  put(older, link);
}

/** A list that has grown long is drawn again, once nothing comes for a moment. */
let calm = 0;
function tidy(rows) {
  clearTimeout(calm);
  const drawn = () => list() && isFree(list()) && redraw();
  if (rows.children.length > MOST_IN_FLOOD) drawn();
  else if (rows.children.length > MOST_ROWS) calm = setTimeout(drawn, CALM);
}

/** Browsers hold what is looked at while rows come above it, except at the very top, or Safari's. */
function holding(rows, act) {
  if (CSS.supports("overflow-anchor", "auto")) {
    rows.scrollTop = Math.max(rows.scrollTop, 1);
    act();
    return;
  }
  const top = rows.getBoundingClientRect().top;
  const anchor = [...rows.children].find((row) => row.getBoundingClientRect().bottom > top);
  const before = anchor?.getBoundingClientRect().top;
  act();
  if (anchor?.isConnected) rows.scrollTop += anchor.getBoundingClientRect().top - before;
}

/** At its top, and nobody is pointing at, walking through or marking rows. */
function isFree(rows) {
  const pointed = matchMedia("(hover: hover)").matches && rows.matches(":hover");
  return rows.scrollTop < 8 && !pointed && !isHeld(rows) && !document.querySelector("[data-select]:checked");
}

function bring(fresh) {
  const rows = list();
  meanwhile?.add(fresh.querySelector("[data-row]").dataset.id);
  const old = document.getElementById(fresh.id);
  if (fresh.dataset.fits === "no") {
    if (old) leave(old);
    return;
  }
  if (old) {
    renew(old, fresh);
    if (old.dataset.at !== fresh.dataset.at) move(rows, old, fresh.dataset.at);
  } else if (fresh.dataset.fits === "yes") enter(rows, fresh);
}

/** A row that belongs elsewhere now goes; under the pointer it only fades. */
function leave(old) {
  if (around.free && !old.querySelector('[aria-current="true"]')) old.remove();
  else old.dataset.left = "";
}

function renew(old, fresh) {
  for (const name of ["data-unread", "data-done", "data-plain"]) old.toggleAttribute(name, fresh.hasAttribute(name));
  delete old.dataset.left;
  const [link, ...parts] = old.children;
  link.setAttribute("aria-label", fresh.children[0].getAttribute("aria-label"));
  for (const part of parts) {
    const now = fresh.querySelector(`:scope > .${part.classList[0]}`);
    if (now && !part.matches(".row-mark") && !isSame(part, now) && !isSelected(part)) part.replaceWith(now);
  }
  mark(old);
}

function move(rows, old, at) {
  old.dataset.at = at;
  if (around.free) place(rows, old);
}

function enter(rows, fresh) {
  // Older than all that is shown: it stands on a page further down.
  const oldest = rows.lastElementChild;
  if (oldest && around.more && Number(fresh.dataset.at) < Number(oldest.dataset.at)) return;
  if (around.later) {
    unseen.add(fresh.id);
    return;
  }
  if (around.lit) fresh.dataset.fresh = "";
  if (outside(fresh) === opened()) markOpen(fresh);
  place(rows, fresh);
  asleep.add(fresh);
  if (present.size) mark(fresh);
  if (!around.free) unseen.add(fresh.id);
}

function markOpen(row) {
  row.querySelector("[data-row]").setAttribute("aria-current", "true");
  row.dataset.current = "";
}

/** Rows whose link htmx does not know yet: most go by without being opened, and teaching it each one costs more than showing it. */
const asleep = new WeakSet();
document.addEventListener("click", ({ target }) => {
  const row = target.closest?.(".row");
  if (row && asleep.delete(row)) window.htmx.process(row);
}, true);

function place(rows, row) {
  const at = Number(row.dataset.at);
  let after = rows.firstElementChild;
  while (after && (after === row || Number(after.dataset.at) >= at)) after = after.nextElementSibling;
  if (row.nextElementSibling !== after || row.parentNode !== rows) rows.insertBefore(row, after);
}

/** Rows that came since the list which is being fetched was asked for: it may not hold them. */
let meanwhile = null;

async function redraw() {
  unseen = new Set();
  showUnseen();
  const address = document.getElementById("list-body").dataset.first;
  const came = new Set();
  meanwhile = came;
  try {
    await window.htmx.ajax("GET", address, { source: "#list-body", target: "#list-body", swap: "outerHTML show:none" });
  } finally {
    if (meanwhile === came) meanwhile = null;
  }
  for (const id of came) changed.add(id);
  if (came.size) bringRows();
}

function showUnseen() {
  const here = document.getElementById("news");
  if (!unseen.size) {
    here?.remove();
    return;
  }
  const line = here ?? document.getElementById("live-pill").content.cloneNode(true).firstElementChild;
  const words = unseen.size === 1 ? root.dataset.one : root.dataset.many;
  line.querySelector("[data-said]").textContent = words.replace("{}", unseen.size.toLocaleString(document.documentElement.lang));
  if (here) return;
  line.id = "news";
  line.querySelector("button").addEventListener("click", toTop);
  (list() ?? document.querySelector(".rows-none"))?.before(line);
}

function toTop() {
  const elsewhere = document.querySelector('.pager [rel="prev"]');
  unseen = new Set();
  showUnseen();
  if (elsewhere) window.location.assign(document.getElementById("list-body").dataset.first);
  else list()?.scrollTo({ top: 0 });
}

document.addEventListener("scroll", (event) => {
  if (event.target === list() && event.target.scrollTop < 8 && unseen.size && !document.querySelector('.pager [rel="prev"]')) {
    unseen = new Set();
    showUnseen();
  }
  if (event.target.matches?.(".thread")) readOn();
}, true);

// Sorting has ended: what it brought is here already, unless nothing came while it lasted.
document.addEventListener("desk:sorted", () => {
  if (root?.dataset.state !== "open" || !list() || isFree(list())) redraw();
});

/* ── The open conversation ── */

let latest = "";
let since = "";

const bringThread = errand(async () => {
  const url = thread()?.dataset.url;
  const id = opened();
  if (!url) return;
  const found = await ask(url, { "HX-Target": "thread" });
  const fresh = found?.getElementById("thread");
  if (!fresh || opened() !== id || fresh.dataset.open !== id) return;
  renewHead(fresh);
  renewMessages(fresh);
  const aside = document.getElementById("aside");
  const now = found.getElementById("aside");
  now?.removeAttribute("hx-swap-oob");
  if (aside && now && !isHeld(aside) && !isSame(aside, now)) put(aside, document.importNode(now, true));
});

function renewHead(fresh) {
  for (const name of [".who", ".act-bar"]) {
    const old = thread().querySelector(`.thread-head > ${name}`);
    const now = fresh.querySelector(`.thread-head > ${name}`);
    if (!old || !now || isHeld(old)) continue;
    const seen = old.querySelector('[name="latest"]')?.value;
    latest = now.querySelector('[name="latest"]')?.value ?? latest;
    if (seen) now.querySelector('[name="latest"]').value = seen;
    if (!isSame(old, now)) put(old, document.importNode(now, true));
  }
}

function renewMessages(fresh) {
  const place = thread().querySelector(".thread");
  const now = fresh.querySelector(".thread");
  since = fresh.querySelector('[name="since"]')?.value ?? since;
  const atEnd = place.scrollHeight - place.scrollTop - place.clientHeight < 60;
  const mayFollow = atEnd && !isSelected(place);
  const fromElsewhere = weave(place, now);
  if (mayFollow) place.scrollTop = place.scrollHeight;
  if (fromElsewhere.length) told(fromElsewhere, mayFollow);
  readOn();
}

/** Bring what is new in its order, renew what has changed, take away what is gone; gives what is new. */
function weave(place, now) {
  const old = new Map([...place.children].filter((one) => one.id).map((one) => [one.id, one]));
  const fresh = [...now.children].filter((one) => one.id && one.id !== "earlier");
  const first = fresh.findIndex((one) => old.has(one.id));
  let before = first > 0 ? null : place.lastElementChild;
  const news = [];
  for (const one of fresh.slice(Math.max(first, 0))) {
    const here = old.get(one.id);
    if (here) {
      if (!isSame(here, one) && !isHeld(here)) before = renewItem(here, one);
      else before = here;
    } else {
      const made = document.importNode(one, true);
      if (before) before.after(made);
      else place.append(made);
      window.htmx.process(made);
      before = made;
      if (made.matches(".bubble")) news.push(made);
    }
  }
  dropGone(place, fresh.slice(Math.max(first, 0)));
  for (const one of news) one.dataset.fresh = "";
  return news;
}

function renewItem(here, one) {
  const made = document.importNode(one, true);
  if (here.hasAttribute("data-chosen")) made.dataset.chosen = "";
  put(here, made);
  return made;
}

function dropGone(place, fresh) {
  const kept = new Set(fresh.map((one) => one.id));
  let inside = false;
  for (const one of [...place.children]) {
    inside ||= one.id === fresh[0]?.id;
    if (inside && one.id && !kept.has(one.id) && !isHeld(one)) one.remove();
  }
}

/** Something has come: where it is out of sight, say so; when it answers what is being answered, too. */
function told(news, seen) {
  const writing = document.querySelector("#composer textarea")?.value.trim();
  const note = document.getElementById("meanwhile");
  if (note && writing && news.some((one) => one.dataset.side === "out")) note.hidden = false;
  if (seen || document.getElementById("below")) return;
  const line = document.getElementById("live-below").content.cloneNode(true).firstElementChild;
  line.id = "below";
  line.querySelector("button").addEventListener("click", () => {
    const place = thread().querySelector(".thread");
    place.scrollTo({ top: place.scrollHeight });
  });
  thread().querySelector(".thread").after(line);
}

/** Seen is what was scrolled to: only then may it be closed or answered as read. */
function readOn() {
  const place = thread()?.querySelector(".thread");
  if (!place || place.scrollHeight - place.scrollTop - place.clientHeight > 60) return;
  document.getElementById("below")?.remove();
  if (latest) for (const field of document.querySelectorAll('#thread [name="latest"]')) field.value = latest;
  // What was seen before anything was written holds no answer back.
  const isWriting = document.querySelector("#composer textarea")?.value.trim();
  if (since && !isWriting) for (const field of document.querySelectorAll('#thread [name="since"]')) field.value = since;
}

/* ── Who is where ── */

const present = new Map();
const others = (id) => (present.get(id) ?? []).filter((one) => one.who !== root.dataset.me);
const sentence = (one) => (one.answering ? root.dataset.answering : root.dataset.looking).replace("{}", one.name);

function mark(row) {
  const people = others(row.querySelector("[data-row]")?.dataset.id);
  const here = row.querySelector(".row-here");
  if (!people.length) {
    here?.remove();
    return;
  }
  const said = people.map(sentence).join(" · ");
  if (here?.title === said) return;
  here?.remove();
  const made = document.getElementById(people.some((one) => one.answering) ? "live-answers" : "live-looks").content.cloneNode(true).firstElementChild;
  made.title = said;
  made.querySelector("[data-name]").textContent = people[0].name.split(" ")[0];
  row.querySelector(".row-name").append(made);
}

function showHere() {
  const place = document.getElementById("here");
  if (!place) return;
  const people = others(opened());
  const said = people.map(sentence).join(" · ");
  place.hidden = !said;
  const text = place.querySelector("[data-said]");
  if (text.textContent !== said) text.textContent = said;
}

function at({ id, people }) {
  if (people.length) present.set(id, people);
  else present.delete(id);
  const row = document.getElementById(`row-${id}`);
  if (row) mark(row);
}

document.addEventListener("live:presence", ({ detail }) => {
  at(detail);
  showHere();
});
document.addEventListener("live:ready", ({ detail }) => {
  const before = [...present.keys()];
  present.clear();
  for (const id of before) at({ id, people: [] });
  detail.present.forEach(at);
  showHere();
});

/* ── Figures and the tab's title ── */

let drawn = { thread: thread(), list: list() };
let countedAt = 0;
let counting = 0;

function count() {
  if (counting) return;
  const every = document.hidden ? COUNT_HIDDEN_EVERY : COUNT_EVERY;
  counting = setTimeout(() => {
    counting = 0;
    countedAt = performance.now();
    window.htmx.trigger(document.body, "desk:counts");
  }, Math.max(0, countedAt + every - performance.now()));
}

function entitle() {
  const waiting = document.getElementById("count-unanswered")?.textContent.trim();
  const plain = document.title.replace(/^\([^)]*\) /, "");
  const wanted = waiting && waiting !== "0" ? `(${waiting}) ${plain}` : plain;
  if (document.title !== wanted) document.title = wanted;
}

const watch = () => document.dispatchEvent(new CustomEvent("live:watch", { detail: watching() }));

if (root?.dataset.live) {
  root.dataset.view = watching();
  document.addEventListener("live:conversations", ({ detail }) => {
    const rows = document.hidden || !list() ? undefined : detail.rows?.[watching()];
    if (rows !== undefined) take(rows, detail.ids);
    else {
      for (const id of detail.ids) {
        changed.add(id);
        arrived.delete(id); // drawn before this
      }
    }
    if (detail.many) changed.clear();
    if (detail.many && list() && !isFree(list())) unseen.add("many");
    else if (detail.many || !list()) redraw();
    showUnseen();
    bringRows();
    if (detail.many || detail.ids.includes(opened())) bringThread();
    count();
  });
  document.addEventListener("live:answer", ({ detail }) => {
    changed.add(detail.id);
    bringRows();
    if (detail.id === opened()) bringThread();
  });
  document.addEventListener("live:reset", () => {
    if (!list() || isFree(list())) redraw();
    else unseen.add("many");
    showUnseen();
    bringThread();
    count();
  });
  document.addEventListener("htmx:oobAfterSwap", entitle);
  document.addEventListener("htmx:afterSettle", () => {
    entitle();
    showHere();
    if (drawn.thread !== thread()) latest = since = "";
    watch();
    if (drawn.list !== list()) {
      unseen = new Set();
      showUnseen();
      for (const row of document.querySelectorAll(".rows > .row")) {
        mark(row);
        if (outside(row) === opened()) markOpen(row);
      }
    }
    drawn = { thread: thread(), list: list() };
  });
}
