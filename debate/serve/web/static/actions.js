// Stop and resume a run, where this server may.
import { ask, at, h, say } from "./dom.js";

const run = at("run"), path = `/api/runs/${encodeURIComponent(run.dataset.name)}`;

function button(text, act) {
  const made = h("button", { type: "button" }, text);
  made.addEventListener("click", async () => {
    made.disabled = true;
    say(text);
    try { await act(); } catch (error) { at("actions").append(h("span", { class: "bad", role: "alert" }, error.message)); made.disabled = false; }
  });
  return made;
}

/** Show what can be done: a run that is running is stopped, one that is not is resumed. */
export function drawActions({ running, done, failed, total }) {
  if (!run.hasAttribute("data-startable")) return;
  const stop = button("Stop after this step", () => ask(`${path}/stop`, {}));
  const resume = button("Resume", () => ask(`${path}/resume`, {}));
  const retry = button("Retry the failed", () => ask(`${path}/resume`, { retry_failed: true }));
  at("actions").replaceChildren(...(running ? [stop] : [done < total && resume, failed > 0 && retry].filter(Boolean)));
}
