// Live parts: the server makes them anew as records come (pages/portal/live.py), and here they are put in their places.
// A page says whether it is live, stale since when, or catching up; it goes on from the record that it heard last.
const SILENT_MS = 9_000; // two beats are missed
const LATER_MS = [2_000, 5_000, 15_000, 30_000];

let source = null, seq = 0, heard = Date.now(), heardAt = "", tries = 0, later = 0;
const kept = new Map(); // what came for a part while a finger was on it

export function watch() {
  const body = document.body;
  if (!body.dataset.live) return;
  seq = Number(body.dataset.seq);
  document.addEventListener("pointerup", () => setTimeout(release, 150));
  document.addEventListener("pointercancel", () => setTimeout(release, 150));
  // A page that nobody looks at holds no connection; when somebody does again, it catches up.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => event.persisted && open());
  setInterval(() => source && Date.now() - heard > SILENT_MS && stale(), 1_000);
  if (!document.hidden) open();
}

// Another page stands in the place of the first: its parts are heard from its record on.
export function rewatch() {
  close();
  seq = Number(document.body.dataset.seq);
  kept.clear();
  if (document.body.dataset.live && !document.hidden) open();
}

function open() {
  if (source) return;
  clearTimeout(later);
  say("catching");
  source = new EventSource(`${document.body.dataset.live}&after=${seq}`);
  source.addEventListener("part", ({ data }) => { hear(); const { part, html } = JSON.parse(data); put(part, html); });
  source.addEventListener("record", ({ data }) => { hear(); reached(JSON.parse(data)); say("live"); });
  source.addEventListener("beat", ({ data }) => { hear(); heardAt = JSON.parse(data).now; say("live"); });
  source.addEventListener("error", failed);
}

function close() {
  clearTimeout(later);
  source?.close();
  source = null;
}

async function failed() {
  stale();
  if (!source || source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
  close();
  const asked = await fetch(document.body.dataset.live, { method: "HEAD" }).catch(() => null);
  if (asked && (asked.status === 401 || asked.status === 403)) return say("over");
  later = setTimeout(() => document.hidden || open(), LATER_MS[Math.min(tries++, LATER_MS.length - 1)]);
}

function hear() {
  heard = Date.now();
  tries = 0;
}

function reached(record) {
  seq = record.seq;
  for (const place of document.querySelectorAll("[data-of-record]")) place.textContent = record[place.dataset.ofRecord];
}

const stale = () => say("stale");

function say(how) {
  const place = document.getElementById("live");
  const text = place.dataset[how].replace("{time}", heardAt || document.body.dataset.now);
  document.body.dataset.stands = how;
  if (place.dataset.how === how && place.lastElementChild.textContent === text) return;
  place.hidden = false;
  place.dataset.how = how;
  place.lastElementChild.textContent = text;
}

// ---- putting in

const name = (node) => node.id || node.dataset.key || node.getAttribute("href") || "";
const cells = (box) => new Map([...box.querySelectorAll("[data-cell]")].map((cell) => [cell.dataset.cell, cell.textContent]));

export function put(part, html) {
  for (const box of document.querySelectorAll(`[data-part="${CSS.escape(part)}"]`)) {
    // Nothing moves away under a finger, or while somebody is asked about it.
    if (box.matches(":active") || box.querySelector("[data-asking]")) kept.set(box, html);
    else into(box, html);
  }
}

function release() {
  for (const [box, html] of [...kept])
    if (!box.matches(":active") && !box.querySelector("[data-asking]")) { kept.delete(box); into(box, html); }
}
document.addEventListener("released", release);

function into(box, html) {
  const before = cells(box);
  const focus = box.contains(document.activeElement) ? name(document.activeElement) : "";
  const unfolded = [...box.querySelectorAll("details[open]")].map(name);
  const scrolled = [...box.querySelectorAll(".scroll")].map((each) => [each.scrollLeft, each.scrollTop]);
  box.innerHTML = html;
  for (const each of box.querySelectorAll("details")) if (unfolded.includes(name(each))) each.open = true;
  box.querySelectorAll(".scroll").forEach((each, place) => scrolled[place] && each.scrollTo(...scrolled[place]));
  if (focus) [...box.querySelectorAll("a, button, input, summary, [tabindex]")].find((each) => name(each) === focus)?.focus();
  if (before.size)
    for (const cell of box.querySelectorAll("[data-cell]"))
      if (before.get(cell.dataset.cell) !== cell.textContent) cell.classList.add("changed");
  box.dispatchEvent(new CustomEvent("part", { bubbles: true }));
}
