// How a study stands, looked at again while somebody has the page in sight; when it is over the page is loaded once more.
const EVERY_MS = 3000, MOST = 1200;

export function looking() {
  const place = document.querySelector("[data-again]");
  if (!place) return;
  let times = 0, asks = false;
  const turn = setInterval(async () => {
    if (document.hidden || asks) return;
    if (++times > MOST) return clearInterval(turn);
    asks = true;
    try {
      const said = await fetch(location.href, { headers: { accept: "text/html" } });
      if (!said.ok) return clearInterval(turn);
      const fresh = new DOMParser().parseFromString(await said.text(), "text/html").getElementById(place.id);
      if (!fresh) return clearInterval(turn);
      if (fresh.innerHTML !== place.innerHTML) place.innerHTML = fresh.innerHTML;
      if (fresh.dataset.again === undefined) {
        clearInterval(turn);
        if (place.dataset.again === "whole") location.reload();
      }
    } catch { /* no connection: it is asked again */ } finally { asks = false; }
  }, EVERY_MS);
}
