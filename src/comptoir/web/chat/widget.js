// The chat on a page of the shop's. `config` is put before this by the server.
// Nothing is stored before the first message; then one random number, which finds it again.

const CSS = `
:host { all: initial; color-scheme: light; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.launch, dialog { font: 400 16px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: #1b1b1f; }
.launch { position: fixed; z-index: 2147483000; inset: auto 20px 20px auto; display: flex; align-items: center; gap: 8px;
  min-block-size: 52px; padding: 12px 20px; border: 2px solid var(--ink); border-radius: 26px; cursor: pointer;
  background: var(--brand); color: var(--ink); font-weight: 600; box-shadow: 0 0 0 1px var(--brand), 0 4px 14px rgb(0 0 0 / .25); }
.launch svg { inline-size: 22px; block-size: 22px; fill: currentColor; flex: none; }
.count { min-inline-size: 22px; padding: 0 6px; border-radius: 11px; background: var(--ink); color: var(--brand); text-align: center; font-size: 14px; }
dialog { position: fixed; z-index: 2147483001; inset: auto 20px 20px auto; inline-size: 380px; block-size: min(600px, calc(100dvh - 40px));
  max-inline-size: none; max-block-size: none; margin: 0; padding: 0; border: 1px solid #767680; border-radius: 14px; background: #fff; overflow: hidden;
  box-shadow: 0 10px 36px rgb(0 0 0 / .28); }
dialog[open] { display: flex; flex-direction: column; }
dialog::backdrop { background: none; }
header { display: flex; align-items: center; gap: 8px; padding: 10px 10px 10px 18px; background: var(--brand); color: var(--ink); }
h2 { flex: 1; margin: 0; font-size: 18px; line-height: 1.3; overflow-wrap: anywhere; }
header button { display: grid; place-items: center; inline-size: 44px; block-size: 44px; padding: 0; border: 0; border-radius: 10px; background: none; color: inherit; cursor: pointer; }
header svg { inline-size: 20px; block-size: 20px; fill: none; stroke: currentColor; stroke-width: 2.5; stroke-linecap: round; }
.log { flex: 1; min-block-size: 80px; overflow-y: auto; overscroll-behavior: contain; padding: 16px 18px; display: flex; flex-direction: column; gap: 10px; }
.log > p { margin: 0; max-inline-size: 88%; padding: 9px 13px; border-radius: 14px; overflow-wrap: anywhere; white-space: pre-wrap; }
.team { align-self: flex-start; background: #eeeef2; border-end-start-radius: 4px !important; }
.mine { align-self: flex-end; background: var(--brand); color: var(--ink); border-end-end-radius: 4px !important; }
.team a { color: inherit; text-decoration: underline; }
.log small { align-self: flex-end; margin-block-start: -6px; font-size: 13px; color: #4d4d57; }
.log small.of-team { align-self: flex-start; }
.log small button { font: inherit; padding: 6px 8px; border: 0; background: none; color: #a1131d; text-decoration: underline; cursor: pointer; }
.log small[data-wrong] { color: #a1131d; }
.foot { padding: 12px 18px 16px; border-block-start: 1px solid #d6d6dd; display: flex; flex-direction: column; gap: 10px; }
.foot p { margin: 0; font-size: 14px; color: #4d4d57; }
.foot p.strong { color: #1b1b1f; font-size: 15px; }
form { display: flex; flex-direction: column; gap: 6px; }
.send { margin-block-start: 4px; }
label { font-size: 14px; font-weight: 600; }
textarea, input { inline-size: 100%; padding: 10px 12px; border: 1px solid #767680; border-radius: 10px; background: #fff; color: #1b1b1f; font: inherit; }
input[aria-invalid] { border: 2px solid #a1131d; }
textarea { resize: none; min-block-size: 64px; max-block-size: 140px; field-sizing: content; }
.row { display: flex; gap: 8px; align-items: stretch; }
.row .send { margin: 0; }
.send { min-block-size: 44px; padding: 8px 20px; border: 2px solid var(--brand); border-radius: 10px; background: var(--brand); color: var(--ink); font: inherit; font-weight: 600; cursor: pointer; }
.quiet { background: #fff; color: #1b1b1f; border: 1px solid #767680; }
:focus-visible { outline: 3px solid #1b1b1f; outline-offset: 2px; box-shadow: 0 0 0 5px #fff; }
header :focus-visible { outline-color: var(--ink); outline-offset: -4px; box-shadow: none; }
.log:focus-visible { outline-offset: -4px; box-shadow: none; }
.wrong { color: #a1131d !important; }
@media (max-width: 480px) {
  dialog { inset: 0; inline-size: 100%; block-size: 100dvh; border: 0; border-radius: 0; }
  .launch { inset: auto 14px 14px auto; }
}
@media (prefers-reduced-motion: no-preference) {
  dialog[open] { animation: rise .18s ease-out; }
  @keyframes rise { from { transform: translateY(12px); opacity: 0; } }
}`;

const BUBBLE = "M4 3h16a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2h-8l-5 4v-4H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z";
const SVG = "http://www.w3.org/2000/svg";
const BEAT = 40_000, POLL = 5_000, STATE = 60_000;

const page = document.documentElement;
const spoken = (page.lang || navigator.language || "en").slice(0, 2).toLowerCase();
const language = config.language === "auto" ? (spoken === "fr" ? "fr" : "en") : config.language;
const words = config.words[language];
const title = config.title || words.title;
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });

// What is known of this visitor.

let secret = recall();
let email = "";
let open = null;
let after = "";
let unread = 0;
let lastPage = "";
const shown = new Map();
const waiting = new Map();
const delivered = new Set(), read = new Set();

function recall() {
  try { return localStorage.getItem(config.store) || ""; } catch { return ""; }
}

function begin() {
  if (secret) return;
  secret = random();
  try { localStorage.setItem(config.store, secret); } catch { /* kept for this page alone */ }
}

function random() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
}

// What it looks like.

function make(tag, given = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...inside);
  return made;
}

function drawing(path) {
  const made = document.createElementNS(SVG, "svg"), line = document.createElementNS(SVG, "path");
  made.setAttribute("viewBox", "0 0 24 24");
  made.setAttribute("aria-hidden", "true");
  line.setAttribute("d", path);
  made.append(line);
  return made;
}

const host = make("div", { id: "comptoir-chat", lang: language });
const root = host.attachShadow({ mode: "open" });
const sheet = new CSSStyleSheet();
sheet.replaceSync(`${CSS}\n.launch, dialog { --brand: ${config.colour}; --ink: ${config.ink}; }`);
root.adoptedStyleSheets = [sheet];

const count = make("span", { class: "count", hidden: true, "aria-hidden": "true" });
const launch = make("button", {
  class: "launch", type: "button", "aria-haspopup": "dialog", "aria-expanded": "false", "aria-label": `${words.open} – ${title}`, onclick: show,
}, drawing(BUBBLE), make("span", {}, title), count);
const log = make("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": words.conversation, tabindex: "0" });
const status = make("p", { id: "status", role: "status", class: "strong", hidden: true });
const text = make("textarea", { id: "text", maxlength: config.longest, rows: "2", required: true, "aria-describedby": "note" });
const address = make("input", { id: "address", type: "email", autocomplete: "email", maxlength: "254", "aria-describedby": "status" });
const addressLabel = make("label", { for: "address" }, words.email);
const addressPart = make("div", { hidden: true }, addressLabel, address);
const note = make("p", { id: "note" }, words.note);
const form = make("form", { onsubmit: submit, novalidate: true }, addressPart, make("label", { for: "text" }, words.write), text,
  make("button", { class: "send", type: "submit" }, words.send));
const later = make("input", { id: "later", type: "email", autocomplete: "email", maxlength: "254", "aria-describedby": "later-help" });
const laterForm = make("form", { hidden: true, onsubmit: keepAddress, novalidate: true }, make("label", { for: "later" }, words.email),
  make("div", { class: "row" }, later, make("button", { class: "send quiet", type: "submit" }, words.emailKeep)),
  make("p", { id: "later-help" }, words.emailHelp));
const closing = make("button", { type: "button", "aria-label": words.close, onclick: () => dialog.close() }, drawing("M5 5l14 14M19 5L5 19"));
const dialog = make("dialog", { "aria-labelledby": "title", onclose: closed, onkeydown: keyed },
  make("header", {}, make("h2", { id: "title" }, title), closing), log,
  make("div", { class: "foot" }, status, form, laterForm, note));
root.append(launch, dialog);

// Opening and closing.

async function show() {
  if (matchMedia("(max-width: 480px)").matches) dialog.showModal();
  else dialog.show();
  launch.hidden = true;
  launch.setAttribute("aria-expanded", "true");
  greet();
  text.focus();
  log.scrollTop = log.scrollHeight;
  seen();
  await ask();
}

function closed() {
  launch.hidden = false;
  launch.setAttribute("aria-expanded", "false");
  launch.focus();
}

function keyed(event) {
  if (event.key === "Escape" && !event.isComposing) { event.preventDefault(); dialog.close(); }
  if (event.target === text && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
  event.stopPropagation();
}

function greet() {
  if (!log.childElementCount) log.append(bubble("team", config.greeting || words.greeting));
}

function arrange() {
  const offline = open === false && !email;
  addressPart.hidden = !offline;
  address.required = offline;
  laterForm.hidden = !(open && secret && shown.size && !email);
  note.hidden = Boolean(secret);
  if (open === false) say(email ? words.thanks.replace("%(email)s", email) : words.offline);
  else if (email && secret) say(words.emailKept.replace("%(email)s", email));
  else say("");
}

function say(sentence, wrong = false) {
  status.textContent = sentence;
  status.hidden = !sentence;
  status.classList.toggle("wrong", wrong);
}

// What is said.

function bubble(side, said) {
  const made = make("p", { class: side });
  if (side === "team") made.append(...linked(said));
  else made.textContent = said;
  return made;
}

function linked(said) {
  return said.split(/(https:\/\/[^\s<>"]+[^\s<>"'.,;:!?)\]}»’])/).map((part, place) =>
    place % 2 ? make("a", { href: part, target: "_blank", rel: "noopener noreferrer" }, part) : part);
}

function add(one) {
  if (shown.has(one.id)) return;
  after = one.id;
  const mine = waiting.get(one.name);
  waiting.delete(one.name);
  greet();
  const at = make("small", one.own ? { class: "of-team" } : {}, stamp(one));
  if (mine) {
    mine.at.replaceWith(at);
    shown.set(one.id, mine.said);
  } else {
    const said = bubble(one.own ? "team" : "mine", one.text);
    log.append(said, at);
    shown.set(one.id, said);
  }
  if (one.own) { delivered.add(one.id); if (!dialog.open) unread += 1; }
  log.scrollTop = log.scrollHeight;
}

function stamp(one) {
  return `${one.own ? words.team : words.you} · ${clock.format(new Date(one.at))}${one.own ? "" : ` · ${words.sent}`}`;
}

function heard(said) {
  for (const one of said) add(one);
  if (said.some((one) => one.own)) seen();
  count.hidden = !unread;
  count.textContent = unread;
  label();
  arrange();
}

function label() {
  launch.setAttribute("aria-label", `${unread ? words.openNew : words.open} – ${title}`);
}

function seen() {
  const looking = dialog.open && document.visibilityState === "visible";
  if (looking) { unread = 0; count.hidden = true; label(); for (const one of delivered) read.add(one); }
  if (secret && delivered.size) ask();
}

// Talking to the desk.

class Refused extends Error {
  constructor(told) { super(told.sentence); this.told = told; }
}

async function post(what, told, more = {}) {
  const answer = await fetch(config.base + what, {
    method: "POST", mode: "cors", credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer",
    body: JSON.stringify({ ...told, language }), ...more,
  });
  if (answer.ok) return answer;
  const said = await answer.json().catch(() => ({ code: String(answer.status), sentence: "" }));
  throw new Refused(said);
}

async function ask(more = {}) {
  const told = { delivered: [...delivered].slice(-100), read: [...read].slice(-100), ...more };
  try {
    take(await (await post("state/", secret ? { visitor: secret, ...told } : {})).json());
    for (const one of told.read) { read.delete(one); delivered.delete(one); }
  } catch (error) {
    if (!(error instanceof Refused)) return;
    if (more.email) { say(`${error.told.sentence} ${error.told.fix || ""}`, true); later.focus(); }
  }
}

function take(state) {
  open = state.open;
  email = state.email;
  arrange();
}

async function submit(event) {
  event.preventDefault();
  const said = text.value.trim();
  if (!said) { text.focus(); return; }
  if (!addressPart.hidden && !address.checkValidity()) { address.setAttribute("aria-invalid", "true"); say(words.emailWrong, true); address.focus(); return; }
  address.removeAttribute("aria-invalid");
  begin();
  text.value = "";
  text.focus();
  const here = location.href.split("#")[0];
  const place = here === lastPage ? {} : { url: here, title: document.title.slice(0, 300) };
  lastPage = here;
  await deliver({ visitor: secret, id: random(), text: said, email: addressPart.hidden ? "" : address.value.trim(), ...place });
}

async function deliver(told) {
  let mine = waiting.get(told.id);
  if (!mine) {
    mine = { said: bubble("mine", told.text), at: make("small") };
    greet();
    log.append(mine.said, mine.at);
    waiting.set(told.id, mine);
  }
  mine.at.replaceChildren(words.sending);
  delete mine.at.dataset.wrong;
  log.scrollTop = log.scrollHeight;
  try {
    const state = await (await post("message/", told)).json();
    if (waiting.has(told.id)) mine.at.replaceChildren(`${words.you} · ${clock.format(new Date())} · ${words.sent}`);
    take(state);
    laterForm.hidden = !(open && !email);
    follow();
  } catch (error) {
    const why = error instanceof Refused && error.told.sentence ? `${error.told.sentence} ${error.told.fix || ""}` : words.notSent;
    mine.at.dataset.wrong = "";
    mine.at.replaceChildren(why.trim(), make("button", { type: "button", onclick: () => deliver(told) }, words.again));
    if (error instanceof Refused && error.told.code === "bad_email") { address.setAttribute("aria-invalid", "true"); address.focus(); }
  }
}

async function keepAddress(event) {
  event.preventDefault();
  if (!later.value.trim() || !later.checkValidity()) { later.setAttribute("aria-invalid", "true"); later.focus(); return; }
  later.removeAttribute("aria-invalid");
  await ask({ email: later.value.trim() });
  if (email) text.focus();
}

// Following the conversation: a stream, or questions where none can be had.

let following = false;

async function follow() {
  if (following || !secret) return;
  following = true;
  for (let failures = 0; ; ) {
    const began = Date.now();
    try {
      await listen();
      failures = 0;
    } catch {
      failures = Date.now() - began > BEAT ? 0 : failures + 1;
      if (failures > 1) await poll();
    }
    await pause(Math.min(1_000 * 2 ** failures, POLL * 6) * (0.7 + Math.random() * 0.6));
  }
}

async function listen() {
  const ending = new AbortController();
  let beat = setTimeout(() => ending.abort(), BEAT);
  try {
    const answer = await post("stream/", { visitor: secret, after }, { signal: ending.signal });
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let kept = ""; ; ) {
      const { value, done } = await reader.read();
      if (done) return;
      clearTimeout(beat);
      beat = setTimeout(() => ending.abort(), BEAT);
      const events = (kept + value).split("\n\n");
      kept = events.pop();
      for (const one of events) told(one);
    }
  } finally {
    clearTimeout(beat);
    ending.abort();
  }
}

function told(event) {
  if (/^event: (?!message)/m.test(event)) return;
  const data = event.split("\n").filter((line) => line.startsWith("data: ")).map((line) => line.slice(6)).join("\n");
  if (data) heard(JSON.parse(data));
}

async function poll() {
  try {
    heard((await (await post("messages/", { visitor: secret, after })).json()).messages);
  } catch { /* the next time may go well */ }
}

function pause(milliseconds) {
  return new Promise((go) => setTimeout(go, milliseconds));
}

document.addEventListener("visibilitychange", () => { if (dialog.open) seen(); });
setInterval(() => { if (dialog.open && document.visibilityState === "visible") ask(); }, STATE);

function begun() {
  if (document.getElementById("comptoir-chat")) return;
  document.body.append(host);
  follow();
}
if (document.body) begun();
else document.addEventListener("DOMContentLoaded", begun);
