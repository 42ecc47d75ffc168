// What is being written now, word by word. Several versions of a turn grow side by side; the best one is spoken.
import { at, h } from "./dom.js";

const NAMES = { positions: "Positions", opinion: "The opinion", verdict: "The verdict", translation: "The translation" };

/** Show the texts of a step; without any, what was shown stays until the step's result is laid out. */
export function drawDrafts({ part = "", texts = [] }, nameOf) {
  const place = at("drafts");
  if (!texts.length) { place.classList.add("ended"); return; }
  place.classList.remove("ended");
  place.hidden = false;
  const who = part.startsWith("turn:") ? nameOf(part.slice(5)) : NAMES[part] ?? part;
  at("writing").textContent = part.startsWith("turn:") ? `${who} is speaking` : `${who} in writing`;
  at("versions").textContent = texts.length > 1 && part.startsWith("turn:") ? `${texts.length} versions are written; the best one is spoken` : "";
  const list = at("texts");
  while (list.children.length > texts.length) list.lastChild.remove();
  while (list.children.length < texts.length) list.append(h("p", { class: "draft", dir: "auto" }));
  texts.forEach((text, n) => grow(list.children[n], text));
}

/** Take away what has become a result; what is still being written stays. */
export function clearEnded() {
  if (!at("drafts").classList.contains("ended")) return;
  at("drafts").hidden = true;
  at("texts").replaceChildren();
}

function grow(shown, text) { // what is there stays; new words come in softly
  const before = shown.textContent;
  if (text === before) return;
  if (!before || !text.startsWith(before)) { shown.replaceChildren(text); return; }
  shown.append(h("span", { class: "word" }, text.slice(before.length)));
}
