// Every page's script: what is live in it, what its tables and forms can do more. Without it a page is whole as well.
import { drawAll } from "./charts.js";
import { confirmInPlace, keepOnce } from "./acts.js";
import { digesting } from "./digest.js";
import { looking } from "./lab.js";
import { sealing } from "./sealed.js";
import { lengthen } from "./tables.js";
import { sliding } from "./map.js";
import { listing, trading } from "./trade.js";
import { switching } from "./series.js";
import { watch } from "./live.js";

document.documentElement.classList.add("scripted");
keepOnce();
(document.querySelector('main form [aria-invalid="true"]') ?? document.querySelector("main .wrong[role=alert][tabindex]"))?.focus();
const menu = document.querySelector(".menu"), chosen = menu?.querySelector("[aria-current]");
if (chosen) menu.scrollLeft = chosen.offsetLeft - (menu.clientWidth - chosen.offsetWidth) / 2;
// What stands at the foot of every sheet of paper: of which record of the book it is.
const foot = document.querySelector(".foot p");
const sheet = () => document.documentElement.style.setProperty("--sheet", JSON.stringify(foot.textContent.replace(/\s+/g, " ").trim()));
sheet();
addEventListener("beforeprint", sheet);
confirmInPlace();
function begin() {
  for (const table of document.querySelectorAll("table[data-long]")) lengthen(table);
  drawAll();
  trading();
  listing();
}
begin();
switching(begin);
sliding();
digesting();
looking();
sealing();
watch();
