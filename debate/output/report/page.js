"use strict";
const find = document.getElementById("find"), show = document.getElementById("show"), sort = document.getElementById("sort");
const list = document.getElementById("rows"), none = document.getElementById("none"), toggle = document.getElementById("toggle");
const rows = [...document.querySelectorAll("details.row")];
const MOST_OPEN = 200; // a browser lays out so many debates at once without a long wait

// Rows past the first ones, their passages and legends are kept as escaped HTML until they are wanted.
const ENTITIES = { "&lt;": "<", "&gt;": ">", "&#34;": '"', "&#39;": "'", "&amp;": "&", "&nbsp;": " " };
const unescaped = text => text.replace(/&(?:lt|gt|#34|#39|amp|nbsp);/g, entity => ENTITIES[entity]);

function unpack(row) {
  const kept = row.querySelector(":scope > script.body");
  if (!kept) return;
  const body = document.createElement("div");
  body.className = "body";
  body.innerHTML = kept.textContent; // escaped where it was written; the page's policy runs nothing in it
  for (const empty of body.querySelectorAll("[data-kept]")) empty.innerHTML = document.getElementById(empty.dataset.kept).textContent;
  kept.replaceWith(body);
}

// Searching: the texts are read once, when somebody searches for the first time. Legends and sums say the same in
// every row and would make every row fit.
const SAME_EVERYWHERE = /<ul class="legend".*?<\/ul>|<p class="sum">.*?(?=<p)/gs;
const plain = html => unescaped(html.replace(SAME_EVERYWHERE, " ").replace(/<[^>]*>/g, " "));
let texts, passages;
function read() {
  passages = new Map([...document.querySelectorAll("script.kept.text")].map(kept => [kept.id, plain(kept.textContent).toLowerCase()]));
  texts = new Map(rows.map(row => {
    const body = row.querySelector(":scope > .body"), html = body.matches("script") ? body.textContent : body.innerHTML;
    const own = row.firstElementChild.textContent + " " + plain(html);
    return [row, { own: own.toLowerCase(), uses: html.match(/(?<=data-kept=")t-\w+/g) || [] }];
  }));
}
function fitting(words) {
  if (!words.length) return () => true;
  if (!texts) read();
  const within = words.map(word => new Set([...passages].filter(([, text]) => text.includes(word)).map(([id]) => id)));
  return row => {
    const { own, uses } = texts.get(row);
    return words.every((word, n) => own.includes(word) || uses.some(id => within[n].has(id)));
  };
}
function filter() {
  const fits = fitting(find.value.toLowerCase().split(/\s+/).filter(Boolean));
  let shown = 0;
  for (const row of rows) {
    const isShown = (!show.value || row.dataset.tags.split(" ").includes(show.value)) && fits(row);
    row.hidden = !isShown;
    shown += isShown;
  }
  none.hidden = shown > 0 || !rows.length;
  document.getElementById("count").textContent = shown + " of " + rows.length;
  label();
}
function order() {
  const name = sort.value.replace("-", ""), sign = sort.value.startsWith("-") ? -1 : 1;
  const sorted = name ? [...rows].sort((a, b) => sign * (a.dataset[name] - b.dataset[name])) : rows;
  list.prepend(...sorted);
}

const visible = () => rows.filter(row => !row.hidden);
const open = row => { unpack(row); row.open = true; };
function label() { toggle.textContent = visible().some(row => row.open) ? "Close all" : visible().length > MOST_OPEN ? "Open first " + MOST_OPEN : "Open all"; }
toggle.addEventListener("click", () => {
  const some = visible().filter(row => row.open);
  if (some.length) some.forEach(row => row.open = false); else visible().slice(0, MOST_OPEN).forEach(open);
  label();
});
list.addEventListener("toggle", event => { if (event.target.open && event.target.matches(".row")) unpack(event.target); label(); }, true);
let soon;
find.addEventListener("input", () => { // among many rows not at each letter
  clearTimeout(soon);
  if (rows.length > 500) soon = setTimeout(filter, 200); else filter();
});
find.form.addEventListener("submit", event => { event.preventDefault(); filter(); });
show.addEventListener("change", filter);
sort.addEventListener("change", order);
addEventListener("keydown", event => {
  if (event.key === "/" && !event.target.matches("input, select")) { event.preventDefault(); find.focus(); }
  if (event.key === "Escape" && event.target === find) { find.value = ""; filter(); }
});

// A link leads into a row: it opens, and so does what is folded inside it.
function reveal() {
  const id = decodeURIComponent(location.hash.slice(1)), row = document.getElementById(id.split("-", 2).join("-"));
  if (!row || !row.matches(".row")) return;
  row.hidden = false;
  open(row);
  const target = document.getElementById(id);
  if (!target) return;
  for (let inside = target.closest("details"); inside; inside = inside.parentElement.closest("details")) inside.open = true;
  target.scrollIntoView();
  (target === row ? row.firstElementChild : target).focus({ preventScroll: true });
}
addEventListener("hashchange", reveal);
addEventListener("click", event => { // the same link again gives no hashchange
  const link = event.target.closest && event.target.closest('a[href^="#q-"]');
  if (link && link.getAttribute("href") === location.hash) { event.preventDefault(); reveal(); }
});

let opened = [];
addEventListener("beforeprint", () => { opened = visible().filter(row => !row.open).slice(0, MOST_OPEN); opened.forEach(open); });
addEventListener("afterprint", () => { opened.forEach(row => row.open = false); opened = []; });
filter();
reveal();
