// A long table: sorted by its heads, filtered by words, a page at a time, and as a file of what is left.
let made = 0;

// A cell of CSV: a text that a spreadsheet would take for a formula stands behind an apostrophe, a figure does not.
const FORMULA = /^[=+@\t\r＝＋－＠-]/, FIGURE = /^[+-][\d.,]+\s?[\p{L}%/]*$/u;

export function written(said) {
  const safe = FORMULA.test(said) && !FIGURE.test(said) ? `'${said}` : said;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

// A figure with what it counts: masses in tonnes whatever they are written in, anything else by its own unit.
const MASSES = { t: 1, 吨: 1, kg: 1e-3, 千克: 1e-3, g: 1e-6, 克: 1e-6 };

export function measured(said) {
  const found = /^([+−-]?[\d,]*\.?\d+)\s*(.*)$/.exec(said);
  if (!found || /^\d{4}-\d\d/.test(said)) return null;
  const value = Number(found[1].replaceAll(",", "").replace("−", "-")), unit = found[2];
  return unit in MASSES ? { value: value * MASSES[unit], unit: "t" } : { value, unit };
}

// Below zero where one stands before the other: what is absent last, each unit by itself, figures by size.
export function compared(a, b, way, language) {
  const absent = (said) => said === "" || said === "–";
  if (absent(a) || absent(b)) return absent(a) - absent(b);
  const x = measured(a), y = measured(b);
  if (!x || !y) return way * a.localeCompare(b, language, { numeric: true });
  return x.unit === y.unit ? way * (x.value - y.value) : x.unit.localeCompare(y.unit, language);
}

export function lengthen(table) {
  const words = document.body.dataset;
  const rows = [...table.tBodies[0].rows];
  if (rows.length < 8) return;
  const ROWS = matchMedia("(max-width: 760px)").matches ? 10 : 25; // on a telephone a row is a card
  const number = ++made;
  let left = rows, at = 0, order = [-1, 1];

  const bar = document.createElement("div");
  bar.className = "table-bar";
  const label = document.createElement("label");
  label.textContent = words.find + " ";
  const box = document.createElement("input");
  box.type = "search";
  box.id = `find-${number}`;
  label.htmlFor = box.id;
  const save = document.createElement("button");
  save.type = "button";
  save.className = "plain";
  save.textContent = words.save;
  bar.append(label, box, save);
  table.before(bar);

  const foot = document.createElement("div");
  foot.className = "table-foot";
  const told = document.createElement("span");
  told.setAttribute("role", "status");
  const back = turner("‹", words.back, -1), on = turner("›", words.on, 1);
  foot.append(back, told, on);
  table.after(foot);

  function turner(sign, name, step) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small second";
    button.textContent = sign;
    button.setAttribute("aria-label", name);
    button.addEventListener("click", () => { at += step; show(); });
    return button;
  }

  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sorter";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      order = [column, order[0] === column ? -order[1] : 1];
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", order[1] > 0 ? "ascending" : "descending");
      at = 0;
      show();
    });
  });

  const text = (row, column) => row.cells[column]?.textContent.trim() ?? "";
  const compare = (one, other) => compared(text(one, order[0]), text(other, order[0]), order[1], document.documentElement.lang);

  function show() {
    const wanted = box.value.trim().toLowerCase();
    left = rows.filter((row) => row.textContent.toLowerCase().includes(wanted));
    if (order[0] >= 0) left.sort(compare);
    at = Math.max(0, Math.min(at, Math.ceil(left.length / ROWS) - 1));
    table.tBodies[0].replaceChildren(...left.slice(at * ROWS, (at + 1) * ROWS));
    const first = left.length ? at * ROWS + 1 : 0, last = Math.min(left.length, (at + 1) * ROWS);
    told.textContent = words.rows.replace("{first}", first).replace("{last}", last).replace("{all}", left.length);
    back.disabled = !at;
    on.disabled = last >= left.length;
    foot.classList.toggle("one", left.length <= ROWS);
  }
  box.addEventListener("input", () => { at = 0; show(); });
  // Paper has no next page of a table: all rows that are left are printed.
  addEventListener("beforeprint", () => table.tBodies[0].replaceChildren(...left));
  addEventListener("afterprint", show);

  save.addEventListener("click", () => {
    const line = (row) => [...row.cells].map((cell) => written(cell.textContent.trim().replace(/\s+/g, " "))).join(",");
    const file = new Blob(["\ufeff" + [table.tHead.rows[0], ...left].map(line).join("\r\n") + "\r\n"], { type: "text/csv" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = `${table.dataset.long || "table"}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  });
  show();
}
