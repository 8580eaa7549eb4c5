// Forms: sent once however often they are clicked; small acts are confirmed where they stand.

export function keepOnce() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (form.dataset.sent) return event.preventDefault();
    if (form.method === "post") form.dataset.sent = "yes";
  });
  // Who comes back to a page may send it again: under its key it counts once.
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));
}

// A link that says what it asks (data-ask) and which command it is (data-command) asks in place, and then does it.
export function confirmInPlace() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-ask]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    ask(link);
  });
}

function ask(link) {
  const words = document.getElementById("asked").dataset;
  const box = document.createElement("span");
  box.dataset.asking = "yes";
  box.className = "asking";
  const text = document.createElement("span");
  text.textContent = link.dataset.ask;
  const yes = button(words.yes, "danger"), no = button(words.no, "second");
  box.append(text, yes, no);
  link.hidden = true;
  link.after(box);
  yes.focus();
  const back = () => { box.remove(); link.hidden = false; link.focus(); document.dispatchEvent(new Event("released")); };
  no.addEventListener("click", back);
  box.addEventListener("keydown", (event) => event.key === "Escape" && back());
  yes.addEventListener("click", async () => {
    yes.disabled = no.disabled = true;
    const form = document.getElementById("asked");
    const fields = new URLSearchParams({ ...Object.fromEntries(new FormData(form)), ...Object.fromEntries(new URL(link.href).searchParams), step: "confirm", key: `portal-${crypto.randomUUID()}` });
    const done = await fetch(new URL(link.href).pathname, { method: "POST", body: fields }).catch(() => null);
    const gone = done && done.ok && /\/records\/\d+/.test(done.url);
    if (!done) { text.textContent = words.failed; yes.disabled = no.disabled = false; return; }
    // What was refused, or asks for a sign-in, is shown as it is without a script.
    if (!gone) { location.assign(link.href); return; }
    text.textContent = words.done;
    text.setAttribute("role", "status");
    yes.remove();
    no.remove();
    setTimeout(() => { delete box.dataset.asking; document.dispatchEvent(new Event("released")); }, 600);
  });
}

function button(text, kind) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `button small ${kind}`;
  made.textContent = text;
  return made;
}
