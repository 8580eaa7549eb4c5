// Draws the charts of a page with figures.js and ECharts, which such a page loads besides, and anew when one changes.
const language = () => (document.documentElement.lang === "en" ? "en" : "zh");

export function drawAll() {
  if (!window.figures || !window.echarts) return;
  for (const div of document.querySelectorAll(".chart[data-chart]")) draw(div);
  document.addEventListener("part", anew);
}

function anew({ target }) {
  for (const data of target.querySelectorAll("[data-figure]"))
    for (const div of document.querySelectorAll(`.chart[data-chart="${CSS.escape(data.dataset.figure)}"]`)) draw(div);
}

export function draw(div) {
  const data = document.querySelector(`[data-figure="${CSS.escape(div.dataset.chart)}"]`);
  if (data) window.figures.draw(div, JSON.parse(data.textContent), language());
}
