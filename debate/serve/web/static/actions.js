// Stop and resume a run, where this server may.
import { ask, at, h, press, say } from "./dom.js";

const run = at("run"), path = `/api/runs/${encodeURIComponent(run.dataset.name)}`;
const ACTIONS = {
  "Stop after this step": () => ask(`${path}/stop`, {}),
  "Resume": () => ask(`${path}/resume`, {}),
  "Retry the failed": () => ask(`${path}/resume`, { retry_failed: true }),
};
let drawn = "";

function button(text) {
  const made = h("button", { type: "button" }, text);
  made.addEventListener("click", () => {
    say(text);
    at("wrong").textContent = "";
    press(made, ACTIONS[text]).catch(error => { at("wrong").textContent = error.message; });
  });
  return made;
}

/** Show what can be done: a run that is running is stopped; one that is not is resumed, also where it ended before it counted. */
export function drawActions({ running, done, failed, total }) {
  if (!run.hasAttribute("data-startable")) return;
  const offered = running ? ["Stop after this step"] : [(done < total || !total) && "Resume", failed > 0 && "Retry the failed"].filter(Boolean);
  if (drawn === offered.join()) return; // a button that is there keeps the keyboard
  drawn = offered.join();
  const held = at("actions").contains(document.activeElement);
  at("actions").replaceChildren(...offered.map(button));
  if (held) (at("actions").firstChild ?? at("how")).focus();
}
