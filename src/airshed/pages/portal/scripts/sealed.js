// A sealed bid: its text and salt are made here and stay here; the service gets the digest and the guarantee alone.
const hex = (bytes) => [...new Uint8Array(bytes)].map((each) => each.toString(16).padStart(2, "0")).join("");

async function digestOf(text, salt) {
  return hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${text} ${salt}`)));
}

// An amount as people write it, as the forms of the service read it, in its smallest parts: `units` says how many of
// them one of each has, "" where none is written. Null where it cannot be read, or is written in smaller parts.
export function whole(written, units) {
  const grouped = written.normalize("NFKC").trim().replace(/(?<=\d)[ \u2009\u202f](?=\d{3}(?!\d))/g, ",");
  const found = /^[¥$€£]?\s*(\d{1,3}(?:,\d{3})+|\d+|(?=\.))(?:\.(\d+))?\s*(万|亿)?\s*(.*)$/u.exec(grouped);
  const parts = found && units[found[4].replace(/ per |\s*\/\s*/, "/").trim()];
  if (!parts) return null;
  const digits = (found[2] ?? "").replace(/0+$/, ""), times = { 万: 10n ** 4n, 亿: 10n ** 8n }[found[3]] ?? 1n;
  const scaled = BigInt(found[1].replaceAll(",", "") + digits) * times * parts, by = 10n ** BigInt(digits.length);
  return scaled % by ? null : scaled / by;
}

// Kilograms of a tonne and of its parts; what a price is per tonne, in hundredths of the money, however that is called.
const MASSES = { t: 1000n, tonne: 1000n, tonnes: 1000n, 吨: 1000n, kg: 1n, 千克: 1n, 公斤: 1n };
const masses = { "": 1000n, ...MASSES };

export function prices(money) {
  const found = { "": 100n };
  for (const name of money) {
    found[name] = 100n;
    for (const [mass, kg] of Object.entries(MASSES)) found[`${name}/${mass}`] = 100000n / kg;
  }
  return found;
}

// The next of 1, 2 and 5 times a power of ten, so that a guarantee does not tell what it is for.
export function coarse(most) {
  for (let step = 1n; ; step *= 10n) for (const digit of [1n, 2n, 5n]) if (digit * step >= most) return digit * step;
}

export function needed(count, price, fee, part) {
  let worth = (count * price + 500n) / 1000n;
  worth += (worth * fee + 5000n) / 10000n;
  return (worth * part + 5000n) / 10000n;
}

const said = (value, parts) => `${value / parts}.${(value % parts).toString().padStart(String(parts).length - 1, "0")}`;

// Allowances in tonnes, to the kilogram where there are any; money always to the fen.
function shownOf(place, sells, value) {
  const written = sells ? said(value * BigInt(place.size), 1000n) : said(value, 100n);
  return Number(written).toLocaleString("en", { minimumFractionDigits: sells ? 0 : 2, maximumFractionDigits: sells ? 3 : 2 }) + place.unit;
}

const keyOf = (place, digest) => `airshed-sealed ${place.venue} ${place.name} ${place.account} ${digest}`;

export function sealing() {
  const section = document.getElementById("sealing");
  if (!section || !globalThis.crypto?.subtle) return; // without TLS a browser has no digests: the shell seals
  section.hidden = false;
  document.getElementById("no-sealing").hidden = true;
  const place = section.dataset, writing = document.getElementById("bid"), opening = document.getElementById("opening");
  if (writing) writing.addEventListener("submit", (event) => { event.preventDefault(); seal(place, writing); });
  if (opening) offerToOpen(place, opening);
}

async function seal(place, writing) {
  const wrong = (field, text) => {
    const told = document.getElementById(`${field}-error`), input = document.getElementById(field);
    told.textContent = text ?? "";
    told.hidden = !text;
    input.toggleAttribute("aria-invalid", !!text);
    if (text) input.focus();
    return !!text;
  };
  const tonnes = whole(writing.querySelector("#bid-count").value, masses);
  const size = BigInt(place.size), count = tonnes === null || tonnes % size ? null : tonnes / size;
  const limit = whole(writing.querySelector("#bid-limit").value, prices(place.money.split("|")));
  const sells = place.venue === "repurchase";
  wrong("bid-limit", "");
  if (wrong("bid-count", !count || count % BigInt(place.lot) ? place.wrongCount : count > BigInt(place.most) ? place.tooMany : "")) return;
  const bound = BigInt(place.bound), outside = limit !== null && (sells ? limit > bound : limit < bound);
  if (wrong("bid-limit", !limit || limit % BigInt(place.tick) ? place.wrongLimit : outside ? place.outside : "")) return;
  const most = sells ? count : needed(count, limit, BigInt(place.fee), BigInt(place.part)), free = BigInt(place.free);
  if (wrong(sells ? "bid-count" : "bid-limit", most > free ? place.tooDear.replace("{needed}", shownOf(place, sells, most)) : "")) return;
  const wish = JSON.parse(place.text);
  wish.count = Number(count);
  wish[place.price] = Number(limit);
  const text = JSON.stringify(wish), salt = hex(crypto.getRandomValues(new Uint8Array(16)));
  const digest = await digestOf(text, salt);
  const round = coarse(most < 1n ? 1n : most), aside = round > free ? free : round;
  const secret = JSON.stringify({ venue: place.venue, name: place.name, account: place.account, text, salt });
  try { localStorage.setItem(keyOf(place, digest), secret); } catch { /* the file below is the other place */ }
  const file = document.getElementById("secret-file");
  file.href = URL.createObjectURL(new Blob([secret + "\n"], { type: "application/json" }));
  file.download = `${place.name}-${digest.slice(0, 8)}.secret`;
  file.click();
  const form = document.getElementById("commit");
  form.elements.digest.value = digest;
  if (sells) form.elements.count.value = said(aside * size, 1000n);
  else form.elements.guarantee_fen.value = said(aside, 100n);
  document.getElementById("sealed-aside").textContent = shownOf(place, sells, aside);
  const why = document.getElementById("sealed-why");
  why.dataset.says ??= why.textContent;
  why.textContent = why.dataset.says.replace("{needed}", shownOf(place, sells, most));
  document.getElementById("sealed-digest").textContent = digest;
  const sealed = document.getElementById("sealed");
  sealed.hidden = false;
  sealed.querySelector("button").focus();
}

function offerToOpen(place, opening) {
  const form = document.getElementById("open"), told = document.getElementById("open-told");
  const take = async (raw) => {
    try {
      const secret = JSON.parse(raw);
      const ours = secret.venue === place.venue && secret.name === place.name && secret.account === place.account;
      const row = ours && opening.querySelector(`[data-digest="${await digestOf(secret.text, secret.salt)}"]`);
      if (!row) return false;
      form.elements.text.value = secret.text;
      form.elements.salt.value = secret.salt;
      return true;
    } catch {
      return false;
    }
  };
  for (const button of opening.querySelectorAll("button[data-digest]")) {
    let kept = null;
    try { kept = localStorage.getItem(keyOf(place, button.dataset.digest)); } catch { /* its file opens it */ }
    button.hidden = !kept;
    button.nextElementSibling.hidden = !!kept;
    button.addEventListener("click", async () => { if (await take(kept)) form.submit(); else told.textContent = told.dataset.wrong; });
  }
  document.getElementById("secret-chosen")?.addEventListener("change", async (event) => {
    const file = event.target.files[0];
    if (!file) return;
    if (await take(await file.text())) form.submit(); else told.textContent = told.dataset.wrong;
  });
}
