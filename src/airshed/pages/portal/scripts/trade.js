// The market screen: a price of the ladder goes into the order with one click, and what the order would come to stands
// beside it while it is written.
const PATIENCE_MS = 250;

export function trading() {
  const form = document.querySelector("form[data-ticket]");
  if (!form) return;
  const beside = document.getElementById("ticket");
  let timer = 0, turn = 0;

  async function look() {
    const mine = ++turn;
    const said = await fetch(form.dataset.ticket, { method: "POST", body: new URLSearchParams(new FormData(form)) }).catch(() => null);
    if (mine !== turn) return;
    if (said && said.ok) beside.innerHTML = await said.text();
    else if (said && (said.status === 401 || said.status === 403)) beside.textContent = document.getElementById("live").dataset.over;
    else beside.textContent = "";
  }
  const soon = () => { clearTimeout(timer); timer = setTimeout(look, PATIENCE_MS); };
  form.addEventListener("input", soon);
  document.addEventListener("part", ({ target }) => target.dataset.part === "depth" && beside.childElementCount && soon());

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-limit], a[data-count]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const side = form.querySelector(`input[name="side"][value="${link.dataset.side}"]`);
    if (side) side.checked = true;
    if (link.dataset.limit) form.elements.limit.value = link.dataset.limit;
    if (link.dataset.count) form.elements.count.value = link.dataset.count;
    (form.elements.count.value ? form.elements.limit : form.elements.count).focus();
    soon();
  });
  // Another series of the list: side and quantity go along; a limit is of its own series and does not.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("#part-list a");
    if (!link) return;
    const there = new URL(link.href), said = new FormData(form);
    for (const name of ["side", "count"]) if (said.get(name)) there.searchParams.set(name, said.get(name));
    link.href = there;
  });

  // An arrow up or down is a tick.
  form.elements.limit?.addEventListener("keydown", (event) => {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key], limit = Number(event.target.value);
    if (!step || !limit) return;
    event.preventDefault();
    event.target.value = Math.max(0, limit + step * Number(form.dataset.tick)).toFixed(2);
    soon();
  });
  const mark = () => own(form);
  document.addEventListener("part", ({ target }) => (target.dataset.part === "depth" || target.dataset.part === "orders") && mark());
  mark();
  if (form.elements.count?.value || form.elements.limit?.value) soon();
}

// The list of series: the one that is looked at stands in sight, and words leave those that have all of them.
export function listing() {
  const box = document.getElementById("part-list"), wanted = document.getElementById("find-series");
  if (!box || !wanted) return;
  const choose = () => {
    const words = wanted.value.normalize("NFKC").toLowerCase().split(/\s+/);
    const rows = [...box.querySelectorAll("tbody tr")];
    for (const row of rows) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
    document.getElementById("no-series").hidden = rows.some((row) => !row.hidden);
  };
  wanted.parentElement.hidden = false;
  wanted.addEventListener("input", choose);
  document.addEventListener("part", ({ target }) => target === box && choose());
  const here = box.querySelector(".chosen")?.getBoundingClientRect();
  if (here) box.scrollTop = here.top - box.getBoundingClientRect().top - (box.clientHeight - here.height) / 2;
}

// The prices of the ladder at which an order of one's own waits.
function own(form) {
  const limits = new Set([...document.querySelectorAll("tr[data-own]")].map((row) => row.dataset.own));
  for (const link of document.querySelectorAll("#part-depth a[data-limit]:not([data-count])")) {
    const row = link.closest("tr"), mine = limits.has(`${form.dataset.series} ${link.dataset.limit}`);
    row.classList.toggle("own", mine);
    if (!mine || row.querySelector(".own-mark")) continue;
    const mark = document.createElement("span");
    mark.className = "own-mark";
    mark.textContent = form.dataset.own;
    row.cells[0].append(" ", mark);
  }
}
