(function () {
  "use strict";
  const box = document.getElementById("own");
  const { axes, words, criteria, designs, values, stated, choice } = JSON.parse(document.getElementById("designs-data").textContent);
  const sliders = [...box.querySelectorAll("input[type=range]")];
  const there = criteria.map((_, place) => values.some((row) => row[place] !== null));

  function both(en, zh) {
    const made = document.createDocumentFragment();
    for (const [lang, text] of [["en", en], ["zh-Hans", zh]]) {
      const span = document.createElement("span");
      span.lang = lang;
      span.textContent = text;
      made.append(span);
    }
    return made;
  }

  function said(place, other) {
    const differing = axes.filter((axis, number) =>
      other === undefined || designs[place][number] !== designs[other][number]);
    const phrases = differing
      .filter((axis) => !(axis === "method" && designs[place][axes.indexOf("sale")] === "paid"))
      .map((axis) => words[axis][designs[place][axes.indexOf(axis)]]);
    return both(phrases.map((each) => each.en).join("; "), phrases.map((each) => each.zh).join("；"));
  }

  // What was said, not what a slider rounds it to.
  let raw = [...stated];

  function show() {
    const total = raw.reduce((sum, each) => sum + each, 0);
    for (const [place, slider] of sliders.entries())
      slider.nextElementSibling.textContent = (total ? 100 * raw[place] / total : 0).toFixed(0) + " %";
    const known = raw.map((each, place) => (there[place] ? each : 0));
    const sum = known.reduce((a, b) => a + b, 0);
    const rows = box.querySelector("tbody");
    const answer = box.querySelector(".answer");
    rows.replaceChildren();
    answer.replaceChildren();
    if (!sum) {
      answer.append(both("Give a criterion that is measured some weight.", "请给某项已测算的准则赋权。"));
      return;
    }
    const scores = values.map((row) => 100 * row.reduce((a, each, place) => a + (each ?? 0) * known[place], 0) / sum);
    const order = scores.map((_, place) => place).sort((a, b) =>
      Math.abs(scores[b] - scores[a]) > 1e-9 ? scores[b] - scores[a] : (b === choice) - (a === choice) || a - b);
    const rank = order.indexOf(choice) + 1;
    answer.append(rank === 1
      ? both(`The brief's choice stays first of ${designs.length}.`, `本报告的选择仍居${designs.length}种设计之首。`)
      : both(
          `Another design is first; the brief's choice comes ${rank} of ${designs.length}, ${(scores[order[0]] - scores[choice]).toFixed(1)} points behind.`,
          `另有设计居首；本报告的选择在${designs.length}种中列第${rank}位，落后${(scores[order[0]] - scores[choice]).toFixed(1)}分。`));
    const top = order.slice(0, 5);
    if (!top.includes(choice)) top.push(choice);
    for (const place of top) {
      const line = document.createElement("tr");
      if (place === choice) line.className = "choice";
      const cells = [order.indexOf(place) + 1, null, scores[place].toFixed(1)];
      for (const [number, text] of cells.entries()) {
        const cell = document.createElement("td");
        if (number !== 1) cell.className = "n";
        cell.append(number === 1
          ? (place === choice ? both("the brief's choice", "本报告的选择") : said(place, choice))
          : String(text));
        line.append(cell);
      }
      rows.append(line);
    }
  }

  function reset() {
    raw = [...stated];
    for (const [place, slider] of sliders.entries()) slider.value = stated[place];
    show();
  }

  for (const [place, slider] of sliders.entries())
    slider.addEventListener("input", () => {
      raw[place] = Number(slider.value);
      show();
    });
  box.querySelector("button").addEventListener("click", reset);
  reset();
})();
