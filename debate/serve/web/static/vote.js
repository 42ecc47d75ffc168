// A blind vote: one of two answers, or neither; by a button or the keys 1, 2 and t.
import { ask, at, say } from "./dom.js";

const vote = at("vote"), buttons = [...vote.querySelectorAll("[data-choice]")];
const KEYS = { 1: "first", 2: "second", t: "tie" };

async function choose(choice) {
  if (buttons[0].disabled) return;
  buttons.forEach(one => { one.disabled = true; });
  try {
    const { left } = await ask(`/api/comparisons/${encodeURIComponent(vote.dataset.name)}/votes`, { ballot: vote.dataset.ballot, choice });
    say(`kept; ${left} left`);
    location.reload();
  } catch (error) {
    at("wrong").textContent = error.message;
    buttons.forEach(one => { one.disabled = false; });
  }
}

for (const one of buttons) one.addEventListener("click", () => choose(one.dataset.choice));
addEventListener("keydown", event => { if (KEYS[event.key] && !event.repeat && !event.ctrlKey && !event.metaKey && !event.altKey) choose(KEYS[event.key]); });
