// A blind vote: one of two answers, or neither; by a button or the keys 1, 2 and t.
import { ask, at, h, say } from "./dom.js";

const vote = at("vote");
const KEYS = { 1: "first", 2: "second", t: "tie" };

let judging = false;
async function choose(choice) {
  if (judging) return;
  judging = true;
  try {
    const { left } = await ask(`/api/comparisons/${encodeURIComponent(vote.dataset.name)}/votes`, { ballot: vote.dataset.ballot, choice });
    say(`kept; ${left} left`);
    location.reload();
  } catch (error) {
    at("wrong").textContent = error.message;
    if (error.status !== 409) { judging = false; return; }
    const next = h("a", { href: location.href }, "Show the next two");
    at("wrong").append(". ", next);
    next.focus();
  }
}

for (const one of vote.querySelectorAll("[data-choice]")) one.addEventListener("click", () => choose(one.dataset.choice));
addEventListener("keydown", event => { if (KEYS[event.key] && !event.repeat && !event.ctrlKey && !event.metaKey && !event.altKey) choose(KEYS[event.key]); });
