// A passage as it stands, with its Markdown headings as a reader sees them (as debate/output/report/answers.py does).
import { h } from "./dom.js";

const HEADING = /^[ \t]{0,3}#{1,6}[ \t]+(\S.*)$/m;

/** The parts of a passage, for an element that keeps line breaks. */
export function titled(passage) {
  return passage.split(HEADING).map((text, n) => n % 2 ? h("b", {}, text) : text).filter(Boolean);
}
