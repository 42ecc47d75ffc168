// A passage as it stands, with its Markdown headings as a reader sees them (as debate/output/report/answers.py does).
import { h } from "./dom.js";

const HEADING = /^[ \t]{0,3}#{1,6}[ \t]+(\S.*)$/m;

/** The parts of a passage, for an element that keeps line breaks; no blank line parts a heading from what follows. */
export function titled(passage) {
  return passage.split(HEADING).map((text, n) => n % 2 ? h("b", {}, text) : n ? text.replace(/^\s*\n/, "\n") : text).filter(Boolean);
}
