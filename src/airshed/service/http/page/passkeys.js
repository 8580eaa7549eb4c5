"use strict";
// Passkeys: asks the service what to sign, the browser to sign it, and sends it back.

const place = (id) => document.getElementById(id);
const say = (text) => { place("said").textContent = text; };
const chinese = document.documentElement.lang === "zh-Hans";
let csrf = "";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const written = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function asked(path, body) {
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf };
  const said = await fetch(path, body === undefined ? {} : { method: "POST", headers, body: JSON.stringify(body) });
  const told = said.status === 204 ? {} : await said.json();
  if (!said.ok) throw new Error(chinese ? `${told.title_zh} ${told.detail_zh || ""}` : `${told.title} ${told.detail}`);
  return told;
}

function options(found) {
  const keys = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));
  const made = { ...found, challenge: bytes(found.challenge) };
  if (found.user) made.user = { ...found.user, id: bytes(found.user.id) };
  if (found.excludeCredentials) made.excludeCredentials = keys(found.excludeCredentials);
  if (found.allowCredentials) made.allowCredentials = keys(found.allowCredentials);
  return { publicKey: made };
}

function credential(found) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (found.response[name]) response[name] = written(found.response[name]);
  }
  return { id: found.id, rawId: written(found.rawId), type: found.type, response };
}

async function shown(path) {
  const { token, options: found } = await asked("/v1/passkeys/to-show", {});
  return asked(path, { token, credential: credential(await navigator.credentials.get(options(found))) });
}

function onward() {
  const next = new URLSearchParams(location.search).get("next") || "";
  const there = new URL(next, location.origin);
  if (next.startsWith("/") && there.origin === location.origin) location.assign(there);
}

function list({ passkeys }) {
  if (!passkeys.length) {
    place("mine").textContent = chinese ? "暂无。" : "None yet.";
    return;
  }
  place("mine").replaceChildren(...passkeys.map((each) => {
    const line = document.createElement("li");
    const button = document.createElement("button");
    button.className = "button small second";
    button.textContent = chinese ? "删除" : "Remove";
    button.addEventListener("click", () => trying(async () => list(await asked(`/v1/me/passkeys/${each.passkey}/remove`, {}))));
    line.append(`${each.label} `, button);
    return line;
  }));
}

async function trying(work) {
  say("…");
  try {
    await work();
    say("");
  } catch (error) {
    say(error.message);
  }
}

async function begin() {
  const said = await fetch("/v1/me");
  if (said.status === 401) {
    place("stranger").hidden = false;
    return;
  }
  const me = await said.json();
  csrf = me.csrf;
  list(await asked("/v1/me/passkeys"));
  place("signed").hidden = false;
}

place("sign-in").addEventListener("click", () => trying(async () => {
  const me = await shown("/v1/passkeys/sign-in");
  csrf = me.csrf;
  place("stranger").hidden = true;
  list(await asked("/v1/me/passkeys"));
  place("signed").hidden = false;
  onward();
}));
place("prove").addEventListener("click", () => trying(async () => {
  await shown("/v1/me/passkey");
  onward();
}));
place("make").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  trying(async () => {
    if (form.get("code")) await asked("/v1/me/code", { code: form.get("code").trim() });
    const { token, options: found } = await asked("/v1/me/passkeys/to-make", {});
    const made = credential(await navigator.credentials.create(options(found)));
    list(await asked("/v1/me/passkeys", { token, credential: made, label: form.get("label") }));
    event.target.reset();
  });
});
trying(begin);
