// Points of view that move passages. The server is asked when a passage outside of the candidates could come in;
// every other movement is ranked here.
import { ask, at, h, say } from "./dom.js";
import { titled } from "./passage.js";
import { rank } from "./ranking.js";

const SHOWN = 12, QUIET = 180; // ms without a movement before the server is asked
const COLOURS = 6;
const MOST = Number(at("columns").dataset.most); // views that the server ranks by
const people = JSON.parse(at("people").textContent);
const share = () => Number(at("share").value);
const colour = n => `c${1 + n % COLOURS}`;
const columns = [];

class Column {
  constructor(person) {
    this.views = [];
    this.items = new Map();
    this.who = h("select", { "aria-label": "Whose views" }, ...people.map((one, n) => h("option", { value: n }, one.name)));
    this.state = h("b", { class: "chip state", role: "status" }, "");
    this.cards = h("ul", { class: "views", "aria-label": "Points of view" });
    this.list = h("ol", { class: "ranked", "aria-label": "Passages, the best first" });
    this.plus = h("button", { type: "button", class: "add" }, "Add a view");
    this.plus.addEventListener("click", () => {
      this.views.push({ text: "", weight: 1, against: null, mine: true });
      this.cards.append(this.card(this.views.at(-1), this.views.length - 1));
      this.cards.lastChild.querySelector("textarea").focus();
    });
    this.who.addEventListener("change", () => this.take(Number(this.who.value)));
    this.element = h("section", { class: "column", "aria-label": `Views and passages ${columns.length + 1}` },
      h("div", { class: "side" }, h("div", { class: "person" }, this.who, this.state), this.cards, this.plus), this.list);
    if (people.length) this.take(person); else this.fetch();
  }

  take(person) { // the views change to this person's; what the reader wrote stays
    const mine = this.views.filter(view => view.mine && view.text);
    this.who.value = person;
    this.views = [...people[person].views.map(view => ({ ...view })), ...mine];
    this.drawCards();
    if (mine.length) say(mine.length > 1 ? `${mine.length} views of yours are kept` : "a view of yours is kept");
    this.fetch();
  }

  drawCards() { this.cards.replaceChildren(...this.views.map((view, n) => this.card(view, n))); }

  remove(view) {
    const place = this.views.indexOf(view);
    this.views.splice(place, 1);
    this.drawCards();
    const neighbour = this.cards.children[Math.min(place, this.views.length - 1)];
    (neighbour?.querySelector(".weigh button") ?? this.plus).focus();
    this.fetch();
  }

  card(view, n) {
    const shown = h("output", {}, view.weight.toFixed(2));
    const slider = h("input", { type: "range", min: -1, max: 1, step: 0.01, value: view.weight });
    const text = h("textarea", { rows: 2, "aria-label": "The view, as its holder would say it", dir: "auto", maxlength: 2000, placeholder: "Write a view as a sentence that a passage would argue" });
    const against = h("textarea", { rows: 2, "aria-label": "Against: the opposite statement", dir: "auto", maxlength: 2000, placeholder: "Against: the opposite statement (may be left empty)" });
    text.value = view.text;
    against.value = view.against || "";
    const less = h("button", { type: "button", class: "quiet", }, "×");
    const name = () => { const called = view.text || "the new one"; slider.ariaLabel = `Weight of the view: ${called}`; less.ariaLabel = `Remove the view: ${called}`; };
    name();
    slider.addEventListener("input", () => { view.weight = Number(slider.value); shown.textContent = view.weight.toFixed(2); this.moved(); });
    text.addEventListener("change", () => { view.text = text.value.trim(); view.mine = true; name(); this.fetch(); });
    against.addEventListener("change", () => { view.against = against.value.trim() || null; view.mine = true; this.fetch(); });
    const card = h("li", { class: `view ${colour(n)}` }, text,
      h("details", { open: Boolean(view.against) }, h("summary", {}, "against"), against),
      h("div", { class: "weigh" }, slider, shown, less));
    less.addEventListener("click", () => this.remove(view));
    return card;
  }

  get written() { return this.views.filter(view => view.text); }

  moved() { // at once: a browser hands a slider's movements over once a frame, just before it paints
    this.draw();
    drawDifferences();
  }

  async fetch() {
    clearTimeout(this.soon);
    const question = at("asked").value.trim();
    if (!question) { this.tell("ask a question", ""); return; }
    const turn = this.turn = (this.turn || 0) + 1, views = this.written.map(view => ({ ...view }));
    if (views.length > MOST) { this.tell(`${views.length} views: at most ${MOST}; remove ${views.length - MOST}`, "failed"); return; }
    this.tell(this.answered ? "asking" : "opening the index", "working");
    try {
      const found = await ask("/api/explore", { question, views, pov_weight: share() });
      if (turn !== this.turn) return;
      this.found = found;
      this.answered = true;
    } catch (error) {
      if (turn !== this.turn) return;
      if (error.status) this.empty();
      this.tell(error.message, "failed");
      return;
    }
    this.draw();
    drawDifferences();
  }

  empty() { // what was found for another question is no answer to this one
    this.found = null; this.ids = [];
    this.list.replaceChildren();
    drawDifferences();
  }

  draw() {
    const views = this.written;
    if (!this.found || this.found.selector.length !== views.length + 1) return;
    const ranked = rank(this.found, views, share(), SHOWN);
    this.ids = ranked.order.map(place => this.found.candidates[place].id);
    this.lay(ranked);
    if (ranked.exact) { this.tell("exact", "done"); clearTimeout(this.soon); return; }
    if (!this.found.sure) { this.tell("as near as the index finds", ""); return; }
    this.tell("nearly: asking soon", "working");
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.fetch(), QUIET);
  }

  tell(text, kind) {
    if (this.state.textContent !== text) this.state.textContent = text;
    this.state.className = `chip state status ${kind}`;
  }

  lay({ factor, order, scores }) {
    const before = new Map([...this.list.children].map(item => [item, item.offsetTop]));
    const chosen = order.map(place => this.found.candidates[place]);
    const sums = chosen.map(one => one.parts.map((part, n) => part * factor[n]));
    const above = Math.max(1e-9, ...sums.map(parts => parts.reduce((sum, x) => sum + Math.max(0, x), 0)));
    const below = Math.max(0, ...sums.map(parts => parts.reduce((sum, x) => sum + Math.max(0, -x), 0)));
    const items = chosen.map((one, n) => this.item(one, n, sums[n], scores[order[n]], 100 / (above + below), below));
    const kept = new Set(items), held = this.list.contains(document.activeElement) ? document.activeElement : null;
    const place = [...this.list.children].findIndex(item => item.contains(held));
    for (const item of [...this.list.children]) if (!kept.has(item)) item.remove();
    items.forEach((item, n) => { if (this.list.children[n] !== item) this.list.insertBefore(item, this.list.children[n] || null); });
    if (held) (held.isConnected ? held : items[Math.min(place, items.length - 1)]?.querySelector("button") ?? at("asked")).focus({ preventScroll: true });
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    for (const item of items) {
      const was = before.get(item), now = item.offsetTop;
      if (was === undefined) item.animate([{ opacity: 0 }, { opacity: 1 }], 250);
      else if (was !== now) item.animate([{ transform: `translateY(${was - now}px)` }, { transform: "none" }], { duration: 260, easing: "cubic-bezier(.2,.8,.2,1)" });
    }
  }

  item(one, n, parts, total, scale, below) {
    let known = this.items.get(one.id);
    if (!known) {
      const bar = svg("svg", { class: "bar", "aria-hidden": "true" });
      const text = h("p", { class: "text short", dir: "auto" }, ...titled(one.text));
      const more = h("button", { type: "button", class: "quiet unfold", "aria-expanded": "false" }, "whole passage");
      more.addEventListener("click", () => { const open = text.classList.toggle("short") === false; more.setAttribute("aria-expanded", open); more.textContent = open ? "less" : "whole passage"; });
      known = { bar, place: h("b"), total: h("span", { class: "total" }), only: h("span", { class: "flag only", hidden: true }, "only here") };
      known.item = h("li", { class: "passage card", "data-id": one.id }, h("p", { class: "source" }, known.place, " ", h("bdi", {}, one.source || one.id), known.total, known.only), bar, text, more);
      this.items.set(one.id, known);
    }
    known.place.textContent = `${n + 1}`;
    known.total.textContent = total.toFixed(3);
    this.bar(known.bar, parts, scale, below);
    return known.item;
  }

  bar(bar, parts, scale, below) {
    while (bar.children.length < parts.length + 1) bar.append(svg("rect", {}));
    while (bar.children.length > parts.length + 1) bar.lastChild.remove();
    let right = below * scale, left = right;
    parts.forEach((part, n) => {
      const width = Math.abs(part) * scale, rect = bar.children[n];
      if (part < 0) left -= width;
      rect.setAttribute("class", n ? `${colour(n - 1)}${part < 0 ? " minus" : ""}` : "c0");
      rect.setAttribute("x", `${part < 0 ? left : right}%`);
      rect.setAttribute("width", `${width}%`);
      if (part > 0) right += width;
    });
    const zero = bar.lastChild;
    zero.setAttribute("class", "zero"); zero.setAttribute("x", `${below * scale}%`); zero.setAttribute("width", below ? "1" : "0");
  }
}

function svg(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** Of two side by side: mark what only one of them sees. */
function drawDifferences() {
  const [one, other] = columns;
  for (const column of columns) {
    const theirs = new Set((column === one ? other : one)?.ids);
    for (const id of column.ids || []) {
      const known = column.items.get(id), isAlone = columns.length === 2 && !theirs.has(id);
      known.only.hidden = !isAlone;
      known.item.classList.toggle("alone", isAlone);
    }
  }
}

function layColumns(count) {
  while (columns.length > count) columns.pop().element.remove();
  while (columns.length < count) { const column = new Column(Math.min(columns.length, Math.max(0, people.length - 1))); columns.push(column); at("columns").append(column.element); }
  at("columns").classList.toggle("two", count === 2);
  at("pair").setAttribute("aria-pressed", count === 2);
  drawDifferences();
}

at("share").addEventListener("input", () => { at("shown-share").textContent = share().toFixed(2); columns.forEach(column => column.moved()); });
at("ask").addEventListener("submit", event => { event.preventDefault(); say("searching"); columns.forEach(column => column.fetch()); });
at("pair").addEventListener("click", () => layColumns(columns.length === 2 ? 1 : 2));
layColumns(1);
