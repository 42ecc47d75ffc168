// Elements from plain values. Every text goes in as text: nothing here takes HTML.

export const at = id => document.getElementById(id);

/** Make an element: h("p", { class: "dim", hidden: true }, "text", child, …). */
export function h(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter(child => child !== null && child !== undefined && child !== false));
  return made;
}

/** Ask this server; what went wrong is an Error with its own line and the answer's status. */
export async function ask(path, sent, options = {}) {
  const how = sent === undefined ? options : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(sent), ...options };
  const answer = await fetch(path, how).catch(() => { throw new Error("the server does not answer; start it again if it has ended, then try once more"); });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(told.error || `the server answered ${answer.status}`), { status: answer.status });
  return told;
}

/** Do what a button is for, once at a time. It keeps the keyboard, which a disabled one would lose. */
export async function press(button, act) {
  if (button.ariaDisabled) return;
  button.ariaDisabled = "true";
  try { await act(); } catch (error) { button.ariaDisabled = null; throw error; }
}

/** Say something to those who listen instead of look. */
export function say(text) { at("news").textContent = text; }

export const address = (run, id) => `/runs/${encodeURIComponent(run)}` + (id === undefined ? "" : `/question?id=${encodeURIComponent(id)}`);
