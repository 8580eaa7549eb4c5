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
  if (form.elements.count?.value || form.elements.limit?.value) soon();
}
