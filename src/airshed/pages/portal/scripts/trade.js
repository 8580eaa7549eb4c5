// The market screen: a price of the ladder goes into the order with one click, and what the order would come to stands
// beside it while it is written.
let life = new AbortController(); // of what listens for the series that is looked at

export function trading() {
  life.abort();
  life = new AbortController();
  const form = document.querySelector("form[data-ticket]");
  if (!form) return;
  const beside = document.getElementById("ticket");
  const { signal } = life;
  let asking = false, again = false;

  // One question at a time, at once; what is written meanwhile is asked for when the answer has come.
  async function look() {
    if (asking) { again = true; return; }
    asking = true;
    again = false;
    const said = await fetch(form.dataset.ticket, { method: "POST", body: new URLSearchParams(new FormData(form)) }).catch(() => null);
    const text = said?.ok ? await said.text().catch(() => "") : "";
    asking = false;
    if (signal.aborted) return;
    if (again) return look();
    if (said?.ok) beside.innerHTML = text;
    else if (said && (said.status === 401 || said.status === 403)) beside.textContent = document.getElementById("live").dataset.over;
    else beside.textContent = "";
  }
  form.addEventListener("input", look);
  document.addEventListener("part", ({ target }) => target.dataset.part === "depth" && beside.childElementCount && look(), { signal });

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-limit], a[data-count]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const side = form.querySelector(`input[name="side"][value="${link.dataset.side}"]`);
    if (side) side.checked = true;
    if (link.dataset.limit) form.elements.limit.value = link.dataset.limit;
    if (link.dataset.count) form.elements.count.value = link.dataset.count;
    (form.elements.count.value ? form.elements.limit : form.elements.count).focus();
    look();
  }, { signal });
  // An arrow up or down is a tick.
  form.elements.limit?.addEventListener("keydown", (event) => {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key], limit = Number(event.target.value);
    if (!step || !limit) return;
    event.preventDefault();
    event.target.value = Math.max(0, limit + step * Number(form.dataset.tick)).toFixed(2);
    look();
  });
  const mark = () => own(form);
  document.addEventListener("part", ({ target }) => (target.dataset.part === "depth" || target.dataset.part === "orders") && mark(), { signal });
  mark();
  if (form.elements.count?.value || form.elements.limit?.value) look();
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
  document.addEventListener("part", ({ target }) => target === box && choose(), { signal: life.signal });
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
