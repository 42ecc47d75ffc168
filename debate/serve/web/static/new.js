// Start a run. A list is sent and read as soon as it is chosen, typed questions with the start: either way the person
// sees what was read before the run begins.
import { address, ask, at, h, press } from "./dom.js";

const KINDS = ["xlsx", "xlsm", "csv", "tsv", "txt", "jsonl"];
const MIB = 2 ** 20, MOST = Number(at("new").dataset.most) / MIB;
const size = bytes => bytes < MIB ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / MIB).toFixed(1)} MiB`;

function tell(place, text, isBad) { at(place).textContent = text; at(place).className = isBad ? "bad" : "dim"; }

async function upload(kind, body, name = "") {
  const file = body instanceof Blob ? body : new Blob([body]);
  if (file.size > MOST * MIB) throw new Error(`${name || "the text"} has ${size(file.size)}, and at most ${MOST} MiB are read: split it, or start the run in a terminal`);
  return ask("/api/uploads?" + new URLSearchParams({ kind, name }), null, { method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" } });
}

/** Send what a field holds; the answer, or null where it holds nothing or what cannot be read, which is told beside it. */
async function send(field, told, kindOf, words) {
  const file = at(field).files[0];
  tell(told, file ? `reading ${file.name} (${size(file.size)})` : "");
  if (!file) return null;
  try {
    const found = await upload(kindOf(file), file, file.name);
    if (at(field).files[0] === file) tell(told, words(found));
    return found;
  } catch (error) {
    if (at(field).files[0] === file) { at(field).value = ""; tell(told, error.message, true); }
    return null;
  }
}

// The list. While there is one, what is typed counts for nothing, and the field says so.
const counted = number => `${number.toLocaleString("en")} question${number === 1 ? "" : "s"}`;
function listKind(file) {
  const kind = file.name.split(".").at(-1).toLowerCase();
  if (!KINDS.includes(kind)) throw new Error(`${file.name} is no list of questions; choose a file of the kind ${KINDS.join(", ")}`);
  return kind;
}
let list = Promise.resolve(null);
function takeList() {
  list = send("file", "listed", listKind, ({ questions }) => `${counted(questions)} read`).then(drawList);
  drawList(null);
}
function drawList(found) {
  const hasFile = at("file").files.length > 0;
  at("typed").disabled = hasFile;
  at("remove").hidden = !hasFile;
  const lines = found && hasFile ? [...found.first, ...(found.questions > found.first.length ? ["…"] : [])] : [];
  at("first").replaceChildren(...lines.map(line => h("li", { dir: "auto" }, line)));
  at("left-out").replaceChildren(...(found && hasFile ? found.notes : []).map(line => h("li", {}, line)));
  return found;
}
at("file").addEventListener("change", takeList);
at("remove").addEventListener("click", () => { at("file").value = ""; takeList(); at("typed").focus(); });

// Personas, and who of them may be spoken for.
let personas = Promise.resolve(null);
const seats = JSON.parse(at("seats").textContent);
function drawSeats(own) {
  const choices = [["", "none: I listen"], ...(own?.seats ?? seats[at("like").value] ?? [])];
  at("seat").replaceChildren(...choices.map(([id, name]) => h("option", { value: id }, name)));
  return own;
}
at("personas").addEventListener("change", () => { personas = send("personas", "personas-read", () => "toml", own => `${own.seats.length} personas read`).then(drawSeats); });
at("like").addEventListener("change", async () => drawSeats(await personas));
drawSeats(null);

async function questions() {
  if (at("file").files.length) return await list;
  const typed = at("typed").value.trim();
  if (!typed) throw new Error("write at least one question, or choose a list");
  return upload("txt", typed);
}

async function start() {
  tell("told", "reading the questions");
  const found = await questions(), own = await personas;
  if (!found) throw new Error("choose another list, or type the questions");
  tell("told", `${counted(found.questions)}; starting`);
  const number = id => Number(at(id).value);
  const { name } = await ask("/api/runs", { upload: found.upload, personas: own?.upload ?? "", name: at("name").value, like: at("like").value, model: at("model").value, seat: at("seat").value, deepen: number("deepen"), rounds: number("rounds"), pov_weight: number("pov_weight") });
  location.assign(address(name));
}
at("new").addEventListener("submit", event => {
  event.preventDefault();
  press(at("start"), start).catch(error => tell("told", error.message, true));
});
if (at("file").files.length) takeList(); // a browser that goes back keeps what was chosen
if (at("personas").files.length) at("personas").dispatchEvent(new Event("change"));
