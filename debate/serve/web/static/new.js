// Start a run: the list is sent and read first, then the run begins.
import { address, ask, at, h, press } from "./dom.js";

const KINDS = ["xlsx", "csv", "txt", "jsonl"];
function tell(text, isBad) { at("told").textContent = text; at("told").className = isBad ? "bad" : "dim"; }

async function send() {
  const file = at("file").files[0];
  const kind = file ? file.name.split(".").at(-1).toLowerCase() : "txt";
  if (!KINDS.includes(kind)) throw new Error("the list is an xlsx, csv, txt or jsonl file");
  const body = file || at("typed").value.trim();
  if (!body) throw new Error("write at least one question, or choose a list");
  return upload(kind, body, file?.name);
}

const upload = (kind, body, name = "") => ask("/api/uploads?" + new URLSearchParams({ kind, name }), null, { method: "POST", body, headers: { "Content-Type": "application/octet-stream" } });

let own = null; // personas that were sent: their upload, and who debates
async function sendPersonas() {
  const file = at("personas").files[0];
  own = null;
  try { own = file ? await upload("toml", file, file.name) : null; tell(own ? `${own.seats.length} personas read` : ""); }
  catch (error) { at("personas").value = ""; tell(error.message, true); }
  drawSeats();
}
at("personas").addEventListener("change", sendPersonas);

const seats = JSON.parse(at("seats").textContent);
function drawSeats() {
  const choices = [["", "none: I listen"], ...(own?.seats ?? seats[at("like").value] ?? [])];
  at("seat").replaceChildren(...choices.map(([id, name]) => h("option", { value: id }, name)));
}
at("like").addEventListener("change", drawSeats);
drawSeats();

async function start() {
  tell("reading the questions");
  const { upload, questions } = await send();
  tell(`${questions} question${questions === 1 ? "" : "s"}; starting`);
  const number = id => Number(at(id).value);
  const { name } = await ask("/api/runs", { upload, personas: own?.upload ?? "", name: at("name").value, like: at("like").value, model: at("model").value, seat: at("seat").value, deepen: number("deepen"), rounds: number("rounds"), pov_weight: number("pov_weight") });
  location.assign(address(name));
}
at("new").addEventListener("submit", event => {
  event.preventDefault();
  press(event.target.querySelector("button"), start).catch(error => tell(error.message, true));
});
