// The arithmetic of vectorstore/pov.py and of the dense search over the candidates that the server sent: the same order,
// without asking. Pure functions; a view is { weight, against }, a candidate { parts: [question, view, view, …] }.

/** The factors of a passage's parts. Where every weight is 0 the question alone ranks. */
export function factors(views, share) {
  const size = views.reduce((sum, view) => sum + Math.abs(view.weight), 0);
  return size ? [1 - share, ...views.map(view => share * (view.weight / size))] : [1, ...views.map(() => 0)];
}

/** What the passages are to be about, where a view is a direction or pushes away; null where all views are plain. */
export function topic(views, factor) {
  const plain = [true, ...views.map(view => !view.against && view.weight >= 0)];
  if (factor.every((f, n) => plain[n] || f === 0)) return null;
  const share = factor.map((f, n) => plain[n] ? f : 0);
  share[0] = Math.max(share[0], share.slice(1).reduce((sum, f) => sum + f, 0)) || 1;
  return share;
}

export const score = (factor, parts) => factor.reduce((sum, f, n) => sum + f * parts[n], 0);

function best(candidates, places, factor, count) {
  const scores = new Float64Array(candidates.length);
  for (const place of places) scores[place] = score(factor, candidates[place].parts);
  const order = places.slice().sort((a, b) => scores[b] - scores[a] || a - b).slice(0, count);
  return { order, scores };
}

/** Rank: the places of the k best candidates, their scores, and whether no other passage can be among them. */
export function rank(found, views, share, k) {
  const factor = factors(views, share), about = topic(views, factor);
  const selector = about || factor, needed = about ? Math.max(k, found.on_topic) : k;
  const chosen = best(found.candidates, found.candidates.map((_, place) => place), selector, needed);
  const ranked = about ? best(found.candidates, chosen.order, factor, k) : chosen;
  return { factor, order: ranked.order, scores: ranked.scores, exact: found.sure && isClosed(found, selector, chosen, needed) };
}

// A passage that is not here had at most `floor` by the selector that chose; by the new one it has at most so much more.
function isClosed(found, selector, chosen, needed) {
  if (found.whole) return true;
  if (chosen.order.length < needed) return false;
  const change = selector.map((f, n) => f - found.selector[n]);
  const length = Math.sqrt(Math.max(0, change.reduce((sum, one, n) => sum + one * score(change, found.gram[n]), 0)));
  return chosen.scores[chosen.order.at(-1)] > found.floor + length * found.longest + 1e-6;
}
