// Another series of the market: its page comes into the place of this one, where style and charts are loaded already.
import { rewatch } from "./live.js";

let turn = 0, shown = location.pathname + location.search;

export function switching(begin) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("#part-list a");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    to(there(link), begin);
  });
  // Back and on again are pages as any; an anchor of this page is none.
  addEventListener("popstate", () => location.pathname + location.search !== shown && location.reload());
}

// Side and quantity of an order go along; a limit is of its own series and does not.
function there(link) {
  const url = new URL(link.href), form = document.querySelector("form[data-ticket]");
  const said = form ? new FormData(form) : new Map();
  for (const name of ["side", "count"]) if (said.get(name)) url.searchParams.set(name, said.get(name));
  return url;
}

const style = (page) => page.querySelector("link[rel=stylesheet]")?.getAttribute("href");

async function to(url, begin) {
  const mine = ++turn;
  const said = await fetch(url).catch(() => null);
  const next = said?.ok && !said.redirected ? new DOMParser().parseFromString(await said.text(), "text/html") : null;
  if (mine !== turn) return;
  // A sign-in, a fault, or a service that was renewed: the browser goes there itself.
  if (!next?.querySelector("#part-list") || style(next) !== style(document)) return location.assign(url);
  const wanted = document.getElementById("find-series")?.value ?? "", scrolled = document.getElementById("part-list").scrollTop;
  history.pushState(null, "", url);
  shown = url.pathname + url.search;
  document.title = next.title;
  for (const name of ["live", "seq", "now"]) document.body.dataset[name] = next.body.dataset[name] ?? "";
  for (const part of [".switch", "main"]) document.querySelector(part).replaceWith(document.adoptNode(next.querySelector(part)));
  const find = document.getElementById("find-series"), list = document.getElementById("part-list");
  if (find) find.value = wanted;
  begin();
  find?.dispatchEvent(new Event("input"));
  list.scrollTop = scrolled;
  list.querySelector("[aria-current]")?.focus({ preventScroll: true });
  scrollTo(0, 0);
  rewatch();
}
