// A seat in the debate: what is asked of the person, the passages to cite (by dragging, or with their buttons), the answer.
import { ask, at, h, press, say } from "./dom.js";
import { titled } from "./passage.js";

const WORDS = { position: "what is your position, in one sentence?", turn: "what do you say?", ballot: "whose positions do you hold now, best first?" };
const FIRST = /^[\s\S]{20,240}?[.!?。؟](?=\s|$)/; // a sentence that is long enough to be quoted
let shown = "";

/** Show what the debate waits for; nothing where it waits for nobody. */
export function drawSeat(run, asked) {
  const place = at("seat");
  at("waits").hidden = !asked.about;
  const held = place.contains(document.activeElement); // the keyboard goes on where the debate does
  if (!asked.about) {
    if (held) at("body").focus({ preventScroll: true });
    shown = ""; place.hidden = true; place.replaceChildren();
    return;
  }
  if (asked.about === shown) return;
  shown = asked.about;
  const { request } = asked;
  const text = h("textarea", { id: "mine", rows: request.wanted === "turn" ? 6 : 2, dir: "auto", required: true, "aria-describedby": "hint" });
  const length = h("output", { class: "dim", for: "mine" });
  const wrong = h("p", { class: "bad", role: "alert" });
  const form = h("form", { class: "speaking" },
    h("label", { for: "mine" }, h("bdi", {}, request.name), request.round ? `, round ${request.round}: ` : ": ", WORDS[request.wanted]),
    request.asked ? h("p", { class: "asked", dir: "auto" }, request.asked) : null,
    request.wanted === "turn" && request.claim ? h("p", { class: "answers" }, "Waiting for your answer: ", h("q", { dir: "auto" }, request.claim)) : null,
    text, h("p", { id: "hint", class: "dim" }, hint(request)), h("p", { class: "speak" }, h("button", { class: "strong" }, "Speak"), length), wrong);
  form.addEventListener("submit", event => { event.preventDefault(); send(run, asked.about, text, form, wrong); });
  text.addEventListener("input", () => measure(text, length));
  text.addEventListener("keydown", event => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(); });
  place.replaceChildren(h("h3", {}, "Your seat"), h("div", { class: "seat-columns" }, form, beside(request, text)));
  place.hidden = false;
  if (held) text.focus();
  say(`The debate waits for you: ${WORDS[request.wanted]}`);
}

const MOST = Number(at("question").dataset.longest); // characters that an answer may have
const figure = new Intl.NumberFormat("en");
const hint = ({ wanted }) => wanted === "ballot" ? "Names, the best first, with commas between them." : `Drag a passage into your text to cite it, or use its button. At most ${figure.format(MOST)} characters. Ctrl+Enter speaks.`;

function measure(text, length) { // nothing that is pasted is cut: what is too much is told
  const count = [...text.value].length;
  length.textContent = count > MOST * 0.75 ? `${figure.format(count)} of ${figure.format(MOST)} characters` : "";
  length.className = count > MOST ? "bad" : "dim";
}

function beside(request, text) {
  if (request.wanted === "ballot") return h("ul", { class: "names" }, ...request.positions.map(([name, position]) => h("li", {}, button(name, () => insert(text, (text.value.trim() ? ", " : "") + name)), h("p", { class: "dim", dir: "auto" }, position))));
  return h("ol", { class: "citable", "aria-label": "Passages that you may cite" }, ...request.passages.map((passage, n) => citable(passage, n + 1, text)));
}

function citable(passage, number, text) {
  const words = h("p", { class: "text", dir: "auto" }, ...titled(passage));
  const item = h("li", { draggable: "true" }, h("p", { class: "source" }, h("b", {}, `[${number}] `), button(`Cite [${number}]`, () => insert(text, cited(words, number)))), words);
  item.addEventListener("dragstart", event => { event.dataTransfer.setData("text/plain", cited(words, number)); event.dataTransfer.effectAllowed = "copy"; });
  return item;
}

/** The words that are marked in a passage, or its first sentence, with the number that stands for it. */
function cited(words, number) {
  const marked = getSelection(), whole = [...words.childNodes].filter(one => one.nodeName !== "B").map(one => one.textContent).join("").trim() || words.textContent;
  const own = marked.toString().trim() && words.contains(marked.anchorNode) ? marked.toString().trim() : (FIRST.exec(whole)?.[0] ?? whole.slice(0, 160));
  return `“${own.replace(/\s+/g, " ")}” [${number}]`;
}

function insert(text, piece) {
  const start = text.selectionStart, before = text.value.slice(0, start);
  text.setRangeText((/\S$/.test(before) && !piece.startsWith(",") ? " " : "") + piece + " ", start, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input"));
  text.focus();
  say("cited");
}

function button(words, act) {
  const made = h("button", { type: "button" }, words);
  made.addEventListener("mousedown", event => event.preventDefault()); // what is marked stays marked
  made.addEventListener("click", act);
  return made;
}

function send(run, about, text, form, wrong) {
  wrong.textContent = "";
  const speak = async () => { await ask(`/api/runs/${encodeURIComponent(run)}/say`, { about, text: text.value }); say("said"); };
  press(form.querySelector(".strong"), speak).catch(error => { wrong.textContent = error.message; });
}
