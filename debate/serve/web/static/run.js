// A run: how far it is, what is in work, and its rows, a hundred at a time.
import { address, ask, at, h, say } from "./dom.js";
import { drawActions } from "./actions.js";
import { STAGES, atWork, watch } from "./stream.js";

const AT_ONCE = 100;
const run = at("run"), name = run.dataset.name;
const base = `/api/runs/${encodeURIComponent(name)}`;
const list = at("rows"), more = at("more");
const asked = () => new URLSearchParams({ show: at("show").value, order: at("order").value, find: at("find").value });

const page = { fitting: Number(list.dataset.fitting), read: Number(list.dataset.read), complete: list.hasAttribute("data-complete") };
let turn = 0;
function lay(found, anew) {
  const held = anew && list.contains(document.activeElement) && document.activeElement.getAttribute("href");
  if (anew) list.replaceChildren();
  list.insertAdjacentHTML("beforeend", found.html); // escaped by the server's template; the page's policy runs nothing in it
  if (held) ([...list.querySelectorAll("a")].find(one => one.getAttribute("href") === held) ?? at("find")).focus({ preventScroll: true });
  const wasRead = page.complete;
  Object.assign(page, found);
  drawPage();
  if (page.complete && !wasRead) state().catch(told); // only now is it known how many rows there are
}
function drawPage() {
  const { fitting, read, complete } = page, shown = list.children.length;
  at("count").textContent = complete ? `${fitting} of ${read}` : `reading … ${read}`;
  at("controls").hidden = complete && !read;
  at("none").hidden = fitting > 0 || !complete;
  at("none").textContent = read ? "No question fits. Search for less, or show all." : "No question is finished yet.";
  more.hidden = shown >= fitting;
  more.textContent = `Show more (${fitting - shown} left)`;
}

async function load(anew, count = AT_ONCE) {
  const mine = ++turn;
  const found = await ask(`${base}/rows?${asked()}&start=${anew ? 0 : list.children.length}&count=${count}`);
  if (mine !== turn) return; // somebody typed on
  lay(found, anew);
  readOn();
}

function readOn() { // until the server has read all rows, a list may be short of some, or have others first
  if (page.complete) return;
  const changes = at("order").value !== "" || list.children.length < AT_ONCE;
  setTimeout(() => (changes ? load(true) : load(false, 0)).catch(told), 50);
}

let soon;
function again() { clearTimeout(soon); soon = setTimeout(() => load(true).catch(told), 150); }
function told(error) { say(error.message); at("count").textContent = error.message; }
for (const id of ["show", "order"]) at(id).addEventListener("change", () => load(true).catch(told));
at("find").addEventListener("input", again);
at("controls").addEventListener("submit", event => { event.preventDefault(); load(true).catch(told); });
more.addEventListener("click", async () => {
  const next = list.children.length;
  await load(false).catch(told);
  list.children[next]?.querySelector("a").focus();
});
new IntersectionObserver(([edge]) => { if (edge.isIntersecting && !more.hidden) load(false).catch(told); }, { rootMargin: "600px" }).observe(more);
addEventListener("keydown", event => {
  if (event.key === "/" && !event.target.matches("input, select, textarea")) { event.preventDefault(); at("find").focus(); }
});

// What is in work, or was when the run stopped.
const working = new Map(); // id -> { stage, steps }
let isRunning = false;
function drawWorking() {
  const known = new Map([...at("working").children].map(item => [item.dataset.id, item]));
  for (const [id, { stage, steps }] of working) {
    const item = known.get(id) || at("working").appendChild(workingItem(id));
    known.delete(id);
    const now = atWork(stage, steps), reached = STAGES.indexOf(now);
    [...item.querySelectorAll(".pip")].forEach((pip, n) => pip.classList.toggle("on", n <= reached));
    item.querySelector(".stage").textContent = isRunning ? now : `continues with: ${now}`;
    if (steps < 2) nameWorking(item, id); // its text is known once the first step is done
  }
  for (const gone of known.values()) {
    if (gone.contains(document.activeElement)) (gone.nextElementSibling?.querySelector("a") ?? at("how")).focus();
    gone.remove();
  }
  at("doing").textContent = isRunning ? "In work" : "Stopped";
  at("now").hidden = !working.size;
}
function workingItem(id) {
  return h("li", { class: "card item", "data-id": id },
    h("a", { class: "whole", href: address(name, id) }, h("bdi", { class: "question" }, id)),
    h("p", { class: "meta" }, h("bdi", { class: "id" }, id), h("span", { class: "pips", "aria-hidden": "true" }, ...STAGES.map(() => h("i", { class: "pip" }))), h("span", { class: "stage" })));
}

function nameWorking(item, id) {
  const text = item.querySelector(".question");
  if (text.textContent !== id) return;
  ask(`${base}/question?id=${encodeURIComponent(id)}`).then(known => { text.textContent = known.question; }, () => {});
}

let total = Number(at("questions").textContent) || 0, done = Number(at("done").textContent), failed = Number(at("failed").textContent);
function drawCounts() {
  at("done").textContent = done;
  at("questions").textContent = page.complete ? Math.max(total, done) : "…"; // a journal that is being read may hold more
  at("unit").textContent = at("questions").textContent === "1" ? "question" : "questions";
  at("failed").textContent = failed;
  at("failures").classList.toggle("bad", failed > 0);
  at("bar").max = Math.max(total, done) || 1;
  at("bar").value = page.complete ? done : 0;
  at("bar").hidden = at("counts").hidden = !Math.max(total, done); // not counted yet
}
function drawLeft(seconds = 0, told = "") { // as the run told it then
  const left = seconds && total > done ? Math.max(1e3, 1e3 * seconds - (Date.now() - Date.parse(told))) : 0;
  at("left").textContent = left ? `about ${readable(left)} left` : "";
}
const readable = ms => ms < 90e3 ? `${Math.round(ms / 1e3)} s` : ms < 5400e3 ? `${Math.round(ms / 60e3)} min` : `${(ms / 3600e3).toFixed(1)} h`;
function how(text, kind) { at("how").textContent = text; at("how").className = `status chip ${kind}`; }
function preparing(text) { at("preparing").textContent = text; at("preparing").hidden = !text; }

const take = {
  began(event) { working.clear(); isRunning = true; drawLeft(); how("running", "working"); drawActions({ running: true }); },
  preparing(event) { preparing(event.text); },
  total(event) { total = event.questions ?? 0; done = event.done ?? 0; preparing(""); },
  stage(event) {
    const before = working.get(event.question);
    working.set(event.question, { stage: event.stage, steps: before ? before.steps + 1 : 0 });
    drawLeft(event.left, event.at);
  },
  finished(event) {
    working.delete(event.question);
    arrived(event);
  },
  stopping(event) { preparing(`stopping: waiting for ${event.done ?? 0} question${event.done === 1 ? "" : "s"}`); },
  ended(event) {
    isRunning = false; preparing(""); drawLeft();
    say(`The run ended: ${event.text || "done"}`);
    state().catch(told);
  },
};
let fresh = null;
function arrived(event) { // a new row shows itself where the list is at its end or newest first
  say(event.text ? `${event.question} failed` : `${event.question} is done`);
  fresh ??= setTimeout(async () => { // of many at once the first one asks for all; waiting for the last could take for ever
    fresh = null;
    await state().catch(told); // the journal counts: a row is in it before its event is told
    if (at("order").value === "latest") { if (scrollY < 600) load(true).catch(told); } else if (list.children.length >= page.fitting) load(false).catch(told);
  }, 200);
}
const ALWAYS = ["finished", "ended"]; // what the state tells of the rest is told once
let known = 0, last = 0; // the byte up to which the state was told, and of the last event
function onEvent(event, place) {
  if (place < last) known = 0; // another run took this one's place
  last = place;
  if (place > known || ALWAYS.includes(event.event)) take[event.event]?.(event);
  drawCounts(); drawWorking();
}

async function state() {
  const now = await ask(base);
  known = now.end; isRunning = now.running; total = now.questions; done = now.done; failed = now.failed;
  how(now.how, now.kind);
  at("damage").textContent = now.damage;
  at("damage").hidden = !now.damage;
  working.clear();
  for (const one of now.working) working.set(one.id, one);
  drawCounts(); drawWorking(); drawActions({ running: now.running, done, failed, total }); drawLeft(now.left, now.left_at);
  return now;
}

function linked(isOpen) {
  if (!isOpen && !run.classList.contains("away")) say("The server does not answer");
  run.classList.toggle("away", !isOpen);
  if (!isOpen) state().catch(error => { if (error.status === 404) location.reload(); }); // the run is gone: its page says why
}

drawPage();
readOn();
state().then(now => {
  watch(name, now.end, {
    onEvent,
    onLink: linked,
    onSeat(asked) {
      at("waits").hidden = !asked.about;
      if (!asked.about) return;
      at("waits").href = address(name, asked.question_id);
      say("A debate waits for you");
    },
    onRunning(isAlive) { if (!isAlive) state().catch(told); }, // killed: no event tells it
  });
}).catch(told);
