// The events of a run. Each has the place after it as its id; whoever comes back, also to a server that was started
// anew, goes on after the last one: none is lost and none told twice.

// What is being written for a question, what a person is asked and whether the run's process is alive come beside them.
const nobody = () => {};
export function watch(run, after, { question = "", onEvent, onLink = nobody, onDraft = nobody, onSeat = nobody, onRunning = nobody }) {
  let last = Number(after), source, waiting;
  const open = () => {
    if (document.hidden || (source && source.readyState !== EventSource.CLOSED)) return;
    source = new EventSource(`/api/runs/${encodeURIComponent(run)}/events?` + new URLSearchParams({ after: last, question }));
    for (const [kind, take] of Object.entries({ draft: onDraft, seat: onSeat, running: onRunning })) source.addEventListener(kind, message => take(JSON.parse(message.data)));
    source.onopen = () => onLink(true);
    source.onmessage = message => {
      const place = Number(message.lastEventId);
      if (place === last) return;
      last = place;
      onEvent(JSON.parse(message.data), place);
    };
    source.onerror = () => {
      onLink(false);
      if (source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      source.close();
      clearTimeout(waiting);
      waiting = setTimeout(open, 1000);
    };
  };
  const close = () => { clearTimeout(waiting); source?.close(); };
  open();
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  // A browser keeps few connections to a server, for all its tabs together: one that nobody sees gives its own back.
  document.addEventListener("visibilitychange", () => { if (document.hidden) close(); else open(); });
}

export const STAGES = ["retrieve", "opinion", "positions", "debate", "verdict", "translate"];
const NEXT = { retrieve: "opinion", opinion: "positions", positions: "debate", round: "debate", poll: "debate", baseline: "verdict" };

/** The stage that a question is at: its first event tells what begins, each later one what is done. */
export const atWork = (stage, steps) => steps ? NEXT[stage] ?? stage : stage;
