// The list of runs, as it is now: asked for anew every few seconds while somebody looks.
import { at } from "./dom.js";
import { morph } from "./morph.js";

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(location.pathname).catch(() => null);
  at("main").classList.toggle("away", !answer?.ok);
  if (!answer?.ok) return;
  const now = new DOMParser().parseFromString(await answer.text(), "text/html"); // as escaped as the page itself
  morph(at("main"), now.getElementById("main"));
}
setInterval(refresh, 4000);
