(function () {
  "use strict";
  const known = JSON.parse(document.getElementById("figures").textContent);
  const root = document.documentElement;

  function draw(div) {
    const figure = known[div.dataset.chart];
    if (!figure) throw new Error("no figure called " + div.dataset.chart);
    figures.draw(div, figure, root.dataset.lang);
  }

  // What is in the window is drawn first; the rest follows in pieces that leave the page at hand.
  let turn = 0;
  function drawAll() {
    const mine = ++turn;
    const height = innerHeight;
    const near = (div) => { const box = div.getBoundingClientRect(); return box.bottom > 0 && box.top < height; };
    const every = [...document.querySelectorAll(".chart")];
    const first = every.filter(near), rest = every.filter((div) => !first.includes(div));
    first.forEach(draw);
    (function next() {
      if (mine !== turn) return;
      const until = performance.now() + 40;
      while (rest.length && performance.now() < until) draw(rest.shift());
      if (rest.length) setTimeout(next);
    })();
  }

  // What a narrow window shows before each cell of a table whose rows become cards: the head of its column.
  function head(table) {
    const own = (cell) => [...cell.querySelectorAll("[lang]")].filter((each) => each.lang === root.lang).map((each) => each.textContent).join(" ");
    const heads = [...table.querySelectorAll("thead th")].map((cell) => own(cell) || cell.textContent);
    for (const row of table.tBodies[0].rows) {
      row.setAttribute("role", "row");
      for (const [place, cell] of [...row.cells].entries()) {
        cell.setAttribute("role", "cell");
        cell.dataset.head = heads[place] ?? "";
      }
    }
    table.setAttribute("role", "table");
    table.classList.add("told");
  }

  function say(language) {
    root.dataset.lang = language;
    root.lang = language === "zh" ? "zh-Hans" : "en";
    for (const button of document.querySelectorAll("[data-say]"))
      button.setAttribute("aria-pressed", String(button.dataset.say === language));
    for (const option of document.querySelectorAll("option[data-en]"))
      option.textContent = option.dataset[language];
    for (const table of document.querySelectorAll("table.cards")) head(table);
    drawAll();
  }

  for (const button of document.querySelectorAll("[data-say]"))
    button.addEventListener("click", () => say(button.dataset.say));
  for (const select of document.querySelectorAll("select[data-for]"))
    select.addEventListener("change", () => {
      const div = document.getElementById(select.dataset.for);
      div.dataset.chart = select.value;
      draw(div);
    });

  const links = new Map([...document.querySelectorAll(".toc a")].map((a) => [a.hash.slice(1), a]));
  const watch = new IntersectionObserver((seen) => {
    for (const each of seen)
      if (each.isIntersecting) {
        for (const a of links.values()) a.classList.remove("here");
        links.get(each.target.id).classList.add("here");
      }
  }, { rootMargin: "0px 0px -70% 0px" });
  for (const id of links.keys()) watch.observe(document.getElementById(id));

  // What is printed says in its address in which language (pages/kit/pdf.py); else that of the browser.
  const printed = /^#paper-(en|zh)$/.exec(location.hash)?.[1];
  say(printed || root.dataset.chosen || ((navigator.language || "en").toLowerCase().startsWith("zh") ? "zh" : "en"));
})();
