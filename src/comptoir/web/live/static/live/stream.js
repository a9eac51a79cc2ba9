// The stream of what happens, for every module of the page: live:conversations, live:answer,
// live:alert, live:presence, live:ready, live:reset on the document. Tabs of one browser share a connection,
// for browsers open only six to a server; whoever holds the lock has it and tells the others. A page
// that shows a list says which in live:watch; its rows then come with live:conversations, by view.
const root = document.getElementById("live");

const PLACED = new Set(["conversations", "answer", "alert", "reset"]);
const TYPES = [...PLACED, "presence", "ready", "beat"];
const SILENCE = 40_000;
const BANNER = 30_000;
const REMEMBERED = 300;
const SETTLED = 150;
const UNWATCHED = 30_000;
const MOST_VIEWS = 6;
const OVER = new Map([[401, "out"], [403, "out"], [404, "out"], [429, "crowded"]]);

const me = crypto.getRandomValues(new Uint32Array(2)).join("-");
let last = Number(root?.dataset.after ?? 0);

/** Tells this page's modules, once: what is known already is not told again. */
function hear(type, id, data) {
  if (PLACED.has(type)) {
    if (type !== "reset" && id <= last) return;
    last = id;
  }
  document.dispatchEvent(new CustomEvent(`live:${type}`, { detail: data }));
}

/* ── What the reader sees of the connection ── */

let waiting = 0;

function show(state) {
  if (!root) return;
  if (state === "open" || state === "off") {
    clearTimeout(waiting);
    waiting = 0;
    root.dataset.state = state;
  } else if (state === "broken") {
    if (!waiting) waiting = setTimeout(() => (root.dataset.state = "lost"), BANNER);
    if (root.dataset.state !== "lost") root.dataset.state = "broken";
  } else {
    clearTimeout(waiting);
    root.dataset.state = state;
  }
  const words = { broken: root.dataset.broken, lost: root.dataset.lost, out: root.dataset.out, crowded: root.dataset.crowded };
  const said = words[root.dataset.state] ?? "";
  const place = root.querySelector("[data-live-said]");
  if (place.textContent !== said) place.textContent = said;
  root.hidden = said === "";
}

/* ── The connection, in the tab that has it ── */

let source = null;
let silence = 0;
let pause = 1000;
const told = [];
let floor = last;
let present = [];

function open() {
  source?.close();
  asked = wanted();
  const address = new URLSearchParams([["after", last], ...[...asked].map((one) => ["view", one])]);
  source = new EventSource(`${root.dataset.live}?${address}`);
  for (const type of TYPES) source.addEventListener(type, (event) => take(type, event));
  source.onerror = () => {
    show("broken");
    share({ state: "broken" });
    if (source.readyState === EventSource.CLOSED) again();
  };
  listen();
}

/** A connection that says nothing for long is dead, whatever it believes. */
function listen() {
  clearTimeout(silence);
  silence = setTimeout(() => {
    show("broken");
    open();
  }, SILENCE);
}

function take(type, event) {
  listen();
  pause = 1000;
  show("open");
  share({ state: "open" });
  if (type === "beat") return;
  const data = JSON.parse(event.data);
  // An event without an id of its own carries the one before.
  const id = PLACED.has(type) ? Number(event.lastEventId) : 0;
  if (type === "ready") present = data.present;
  if (type === "presence") present = [...present.filter((one) => one.id !== data.id), data].filter((one) => one.people.length);
  if (PLACED.has(type)) remember({ type, id, data: data.rows ? { ids: data.ids } : data });
  share({ type, id, data });
  hear(type, id, data);
}

function remember(one) {
  if (one.type === "reset") told.length = 0;
  told.push(one);
  while (told.length > REMEMBERED) floor = told.shift().id;
}

/** Refused or unreachable: ask why, and try again unless it would be in vain. */
async function again() {
  source?.close();
  clearTimeout(silence);
  const wait = pause * (1 + Math.random());
  pause = Math.min(pause * 2, 30_000);
  await new Promise((done) => setTimeout(done, wait));
  let status = 0;
  try {
    ({ status } = await fetch(root.dataset.live, { method: "HEAD", cache: "no-store" }));
  } catch {
    // Not reachable yet.
  }
  const state = OVER.get(status);
  if (state) {
    show(state);
    share({ state });
  }
  if (state === "out") return;
  if (status === 200) open();
  else again();
}

/* ── The lists whose rows come with the news ── */

let watched = (!document.hidden && root?.dataset.view) || "";
let asked = new Set();
let settling = 0;
let ends = Infinity;
const elsewhere = new Map();

const wanted = () => new Set([watched, ...elsewhere.values()].filter(Boolean).slice(0, MOST_VIEWS));

const differs = (some, others) => some.size !== others.size || [...some].some((one) => !others.has(one));

/** A new view has the stream opened again, soon; one that nobody looks at any more, some time. */
function watchAgain() {
  if (!source) return;
  if (!differs(wanted(), asked)) return;
  const isNew = [...wanted()].some((one) => !asked.has(one));
  const end = performance.now() + (isNew ? SETTLED : UNWATCHED);
  if (settling && end > ends) return;
  clearTimeout(settling);
  ends = end;
  settling = setTimeout(() => {
    settling = 0;
    if (source.readyState !== EventSource.CLOSED && differs(wanted(), asked)) open();
  }, end - performance.now());
}

function watch(view) {
  if (view === watched) return;
  watched = view;
  if (leading || !channel) watchAgain();
  else channel.postMessage({ from: me, view });
}

let hiddenSince = 0;
document.addEventListener("live:watch", ({ detail }) => {
  if (root) root.dataset.view = detail;
  if (!document.hidden) watch(detail);
});
document.addEventListener("visibilitychange", () => {
  clearTimeout(hiddenSince);
  if (!document.hidden) watch(root?.dataset.view ?? "");
  else hiddenSince = setTimeout(() => watch(""), UNWATCHED);
});

/* ── Between tabs ── */

const channel = root && "BroadcastChannel" in window && navigator.locks ? new BroadcastChannel(`live ${root.dataset.live}`) : null;
let leading = false;

function share(message) {
  if (leading) channel?.postMessage(message);
}

/** Another tab has opened with what it knows: it gets what has happened since. */
function catchUp({ from, since }) {
  const to = from;
  if (since < floor) channel.postMessage({ to, type: "reset", id: last, data: {} });
  else for (const one of told) if (one.id > since) channel.postMessage({ to, ...one });
  channel.postMessage({ to, type: "ready", id: 0, data: { present } });
  channel.postMessage({ to, state: root.dataset.state });
}

function start() {
  if (!channel) {
    open();
    return;
  }
  channel.addEventListener("message", ({ data: message }) => {
    if (message.to && message.to !== me) return;
    if (message.view !== undefined) {
      elsewhere.set(message.from, message.view);
      if (leading) watchAgain();
    } else if (message.who) {
      channel.postMessage({ from: me, view: watched });
    } else if (message.since !== undefined) {
      if (leading) catchUp(message);
    } else if (message.state) {
      if (!leading) show(message.state);
    } else hear(message.type, message.id, message.data);
  });
  channel.postMessage({ from: me, since: last });
  channel.postMessage({ from: me, view: watched });
  navigator.locks.request(`live ${root.dataset.live}`, () => {
    leading = true;
    floor = last;
    elsewhere.clear();
    channel.postMessage({ from: me, who: true });
    open();
    return new Promise(() => {});
  });
}

/** An alert that goes off stands on its badge, wherever the desk is looked at. */
document.addEventListener("live:alert", () => {
  for (const link of document.querySelectorAll('nav a[href$="/alerts/"]')) {
    const badge = link.querySelector(".count") ?? link.appendChild(Object.assign(document.createElement("span"), { className: "count" }));
    badge.textContent = String(Number(badge.textContent.replace(/\D/g, "")) + 1);
  }
});

if (root?.dataset.live) {
  start();
  // Going away is no trouble of the connection.
  addEventListener("pagehide", () => {
    source?.close();
    channel?.postMessage({ from: me, view: "" });
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted && source) open();
    if (event.persisted) channel?.postMessage({ from: me, view: watched });
  });
}
