// The slider over the months of a map: every month lies in the page, drawn when it is looked at.
import { draw } from "./charts.js";

const STEP_MS = 900;

export function sliding() {
  const slide = document.getElementById("slide");
  if (!slide || !window.figures) return;
  const names = slide.dataset.frames.trim().split(" ");
  const chart = document.querySelector(".chart.map"), told = document.getElementById("frame"), play = document.getElementById("play");
  let timer = 0;
  slide.closest(".slider").hidden = false;

  function show() {
    chart.dataset.chart = `map-${slide.value}`;
    told.textContent = document.getElementById("slid").textContent = names[slide.value];
    slide.setAttribute("aria-valuetext", names[slide.value]);
    document.getElementById("month").value = slide.value;
    draw(chart);
  }
  function stop() {
    clearInterval(timer);
    timer = 0;
    play.textContent = play.dataset.play;
  }
  slide.addEventListener("input", () => { stop(); show(); });
  play.addEventListener("click", () => {
    if (timer) return stop();
    play.textContent = play.dataset.pause;
    timer = setInterval(() => { slide.value = slide.value >= 12 ? 1 : Number(slide.value) + 1; show(); }, STEP_MS);
  });
  // Another measure, pollutant or year is another page.
  for (const select of document.querySelectorAll("#chosen select")) select.addEventListener("change", () => document.getElementById("chosen").requestSubmit());
}
