// Change what is shown into what the server laid out anew, element by element: what is the same stays, with what the
// reader has opened, marked, scrolled to or reached by the keyboard.

/** @returns {Element[]} the elements that are new */
export function morph(before, after) {
  const added = [], held = before.contains(document.activeElement) ? document.activeElement : null;
  children(before, after, added);
  if (held && !held.isConnected) [...before.querySelectorAll("a")].find(one => one.href === held.href)?.focus({ preventScroll: true });
  return added;
}

function children(before, after, added) {
  const old = [...before.childNodes], fresh = [...after.childNodes];
  let n = 0;
  for (const node of fresh) {
    const own = old[n];
    if (own && alike(own, node)) { n += 1; same(own, node, added); continue; }
    const later = old.findIndex((one, place) => place >= n && alike(one, node));
    if (later >= 0) { old.slice(n, later).forEach(gone => gone.remove()); n = later + 1; same(old[later], node, added); continue; }
    before.insertBefore(node, own || null);
    if (node.nodeType === Node.ELEMENT_NODE) added.push(node);
  }
  old.slice(n).forEach(gone => gone.remove());
}

const alike = (one, other) => one.nodeType === other.nodeType && one.nodeName === other.nodeName && (one.id || "") === (other.id || "") && kind(one) === kind(other);
const kind = one => (one.getAttribute?.("class") ?? "").replace(/ ?\barrived$/, ""); // an element that came in lately is what it is

function same(own, node, added) {
  if (own.nodeType !== Node.ELEMENT_NODE) { if (own.data !== node.data) own.data = node.data; return; }
  if (own.isEqualNode(node)) return;
  for (const { name } of [...own.attributes]) if (!node.hasAttribute(name) && name !== "open") own.removeAttribute(name);
  for (const { name, value } of [...node.attributes]) if (own.getAttribute(name) !== value) own.setAttribute(name, value);
  children(own, node, added);
}
