// One question: as it is, or as it comes about.
import { ask, at, say, h } from "./dom.js";
import { clearEnded, drawDrafts } from "./drafts.js";
import { drawSeat } from "./seat.js";
import { morph } from "./morph.js";
import { STAGES, atWork, watch } from "./stream.js";

const place = at("question"), { run, id } = place.dataset;
const path = `/api/runs/${encodeURIComponent(run)}/question?id=${encodeURIComponent(id)}`;

function laidOut(html) { // escaped by the server's template; the page's policy runs nothing in it
  const made = document.createElement("article");
  made.innerHTML = html;
  return made;
}

const UNFINISHED = { working: "in progress", waiting: "waiting", stopped: "stopped" };
function draw(stage, steps, status) {
  place.dataset.status = status;
  const now = atWork(stage, steps), reached = STAGES.indexOf(now);
  at("stages").replaceChildren(...STAGES.slice(0, 5).map((name, n) => h("li", { class: n < reached ? "past" : n === reached ? "here" : "", "aria-current": n === reached ? "step" : null }, name)));
  at("stages").hidden = !(status in UNFINISHED);
  at("status").textContent = (UNFINISHED[status] ?? status) + (now && status !== "working" ? `; continues with: ${now}` : "");
  at("status").className = `status chip ${status}`;
}

let asking = false, wanted = false;
async function refresh() {
  if (asking) { wanted = true; return; }
  asking = true;
  const shown = await ask(path).catch(error => { say(error.message); return null; });
  asking = false;
  if (wanted) { wanted = false; refresh(); return; }
  if (!shown) return;
  clearEnded();
  const added = morph(at("body"), laidOut(shown.html)).filter(one => !one.closest(".arrived"));
  for (const one of added) one.classList.add("arrived");
  const turns = added.flatMap(one => one.matches(".turn") ? [one] : [...one.querySelectorAll(".turn")]);
  if (turns.length) say(`${turns.at(-1).querySelector(".who b").textContent} spoke`);
  if (turns.length && follows()) turns.at(-1).scrollIntoView({ block: "nearest", behavior: "smooth" });
  draw(shown.stage, shown.steps, shown.status);
}
const follows = () => innerHeight + scrollY > document.documentElement.scrollHeight - 900; // who reads above is left in peace

const names = JSON.parse(at("names").textContent);
const nameOf = persona => names[persona] ?? persona;

draw("", 0, place.dataset.status);
if (place.dataset.status in UNFINISHED) refresh();
watch(run, place.dataset.end, {
  question: id,
  onEvent(event) { if (event.question === id || event.event === "began" || event.event === "ended") refresh(); },
  onLink(isOpen) {
    if (!isOpen && !place.classList.contains("away")) say("The server does not answer");
    place.classList.toggle("away", !isOpen);
    if (!isOpen) ask(path).catch(error => { if (error.status === 404) location.reload(); }); // the run is gone: its page says why
  },
  onDraft(draft) {
    drawDrafts(draft, nameOf);
    if (!draft.texts) refresh();
  },
  onSeat(asked) { if (place.hasAttribute("data-startable")) drawSeat(run, asked.question_id === id ? asked : {}); },
  onRunning() { if (place.dataset.status in UNFINISHED) refresh(); },
});

// A link leads to a passage: what it is folded in opens.
function reveal() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target || !at("body").contains(target)) return;
  for (let inside = target.closest("details"); inside; inside = inside.parentElement.closest("details")) inside.open = true;
  target.scrollIntoView({ block: "center" });
  target.focus({ preventScroll: true });
}
addEventListener("hashchange", reveal);
addEventListener("click", event => {
  const link = event.target.closest?.('a[href^="#q-"]');
  if (link && link.getAttribute("href") === location.hash) { event.preventDefault(); reveal(); }
});
reveal();
