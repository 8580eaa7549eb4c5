// The digest of a document beside the field that asks for it: the document is read here and sent nowhere.
export function digesting() {
  for (const chooser of document.querySelectorAll("input[data-digest-of]")) {
    const field = document.getElementById(chooser.dataset.digestOf), told = document.getElementById(chooser.dataset.told);
    if (!field || !globalThis.crypto?.subtle) continue; // without TLS a browser has no digests: it is typed
    chooser.closest("[hidden]").hidden = false;
    chooser.addEventListener("change", async () => {
      const file = chooser.files[0];
      if (!file) return;
      told.textContent = chooser.dataset.reading;
      try {
        const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
        field.value = [...new Uint8Array(digest)].map((each) => each.toString(16).padStart(2, "0")).join("");
        told.textContent = chooser.dataset.done.replace("{name}", file.name);
        field.dispatchEvent(new Event("input", { bubbles: true }));
      } catch {
        told.textContent = chooser.dataset.failed;
      }
    });
  }
}
