// The console's only script. Every page works without it: it renews fragments, sends filters, and offers keys.
"use strict";

// <div data-poll="/console/..." data-every="5">: asked again while it says so. An answer without data-poll ends it.
function poll(box) {
  const every = Number(box.dataset.every || 5) * 1000;
  setTimeout(async () => {
    if (!box.isConnected) return;
    if (document.hidden) return poll(box);
    try {
      const answer = await fetch(box.dataset.poll, { headers: { "X-Habeas-Poll": "1" }, credentials: "same-origin" });
      const text = await answer.text();
      if (answer.status === 401) return tell(box, text);
      if (answer.ok) {
        const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-fragment]");
        if (!fresh) return;
        if (fresh.dataset.fragment === "reload") return location.reload();
        if (!busyIn(box) && box.innerHTML !== fresh.innerHTML) box.replaceChildren(...fresh.childNodes);
        say(box);
        if (!fresh.dataset.poll) return;
      }
    } catch {
      // The network is away for a moment: the next turn asks again.
    }
    poll(box);
  }, every);
}

// <p role="status" data-says>: says aloud what [data-told] says now, once for each change.
function say(box) {
  const [says, told] = [document.querySelector("[data-says]"), box.querySelector("[data-told]")];
  if (says && told && says.textContent !== told.textContent) says.textContent = told.textContent;
}

// Whoever types or has opened something inside is not disturbed.
function busyIn(box) {
  const here = document.activeElement;
  return box.contains(here) && here.matches("input, select, textarea, summary, button");
}

function tell(box, text) {
  const line = document.createElement("p");
  line.className = "failure";
  line.setAttribute("role", "status");
  line.textContent = text;
  box.prepend(line);
}

document.querySelectorAll("[data-poll]").forEach(poll);

// <form data-sends>: sent as soon as something is chosen; its button is for people without a script.
document.querySelectorAll("form[data-sends]").forEach((form) => {
  form.querySelectorAll("[data-sends-button]").forEach((button) => { button.hidden = true; });
  form.addEventListener("change", () => form.requestSubmit());
});

// <input type=checkbox data-all="case">: chooses all boxes of that name; <[data-counts="case"]> says how many are chosen.
document.querySelectorAll("[data-all]").forEach((all) => {
  const boxes = () => [...document.querySelectorAll(`input[name="${all.dataset.all}"]`)];
  const count = () => {
    const chosen = boxes().filter((box) => box.checked).length;
    all.checked = chosen > 0 && chosen === boxes().length;
    all.indeterminate = chosen > 0 && !all.checked;
    document.querySelectorAll(`[data-counts="${all.dataset.all}"]`).forEach((place) => { place.textContent = chosen; });
  };
  all.hidden = false;
  all.addEventListener("change", () => { boxes().forEach((box) => { box.checked = all.checked; }); count(); });
  boxes().forEach((box) => box.addEventListener("change", count));
  count();
});

// <form data-again> answers with a file, so the page stays. Of every other, a second press while the first is under way is not sent.
document.querySelectorAll("form[method=post]:not([data-again])").forEach((form) => {
  let sent = false;
  form.addEventListener("submit", (event) => { if (sent) event.preventDefault(); sent = true; });
  window.addEventListener("pageshow", () => { sent = false; });
});

// Keys: "?" to all of them; "/" to the search of the page, else for a reference; "j" and "k" to the next and the previous row's link.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea")) return;
  if (event.key === "/") {
    const find = document.querySelector("[data-find]") || document.getElementById("find-reference");
    if (find) { event.preventDefault(); find.focus(); }
    return;
  }
  if (event.key === "?") return document.getElementById("keys")?.showModal();
  const step = { j: 1, k: -1 }[event.key];
  const rows = step ? [...document.querySelectorAll("[data-row]")] : [];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + step, 0), rows.length - 1);
  rows[next].focus();
});

// <section data-item> on the review desk: a letter chooses the decision, Enter takes it. Nothing happens without a press of Enter.
document.querySelectorAll("[data-keys]").forEach((line) => { line.hidden = false; });
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea")) return;
  const choice = { i: "include", w: "withhold", c: "redact", n: "not_about_the_person" }[event.key];
  const item = choice && event.target.closest("[data-item]");
  const select = item && item.querySelector("[data-decision]");
  if (!select) return;
  select.value = choice;
  opens(select);
  const keptBack = choice === "withhold" || choice === "redact";
  item.querySelector(keptBack ? "select[name=basis]" : ".decide button[type=submit]").focus();
  event.preventDefault();
});
// What a decision needs to be filled in is opened with it.
function opens(select) {
  if (["redact", "extract"].includes(select.value)) select.form.querySelector("details").open = true;
}
document.querySelectorAll("[data-decision]").forEach((select) => select.addEventListener("change", () => opens(select)));
// "f" and "u" go to the button that flags an item or takes its decision back; Enter presses it.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea")) return;
  const place = { f: "[data-flag]", u: "[data-undo]" }[event.key];
  const button = place && event.target.closest("[data-item]")?.querySelector(place);
  if (!button) return;
  button.focus();
  event.preventDefault();
});
// On the sample of an approver: "r" for right, "x" for wrong, of the item in which one is.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input[type=text], select, textarea")) return;
  const found = { r: "[data-right]", x: "[data-wrong]" }[event.key];
  const radio = found && event.target.closest("[data-item]")?.querySelector(found);
  if (!radio) return;
  radio.checked = true;
  const section = radio.closest("[data-item]");
  if (event.key === "x") section.querySelector("input[type=text]").focus();
  else (section.nextElementSibling?.matches("[data-item]") ? section.nextElementSibling : section).focus();
  event.preventDefault();
});
if (/^#item-\d+$/.test(location.hash)) (document.querySelector(location.hash) || document.querySelector("[data-item]:has(.told)"))?.focus();
// A page that answers a press goes to its answer.
document.querySelector("[data-lands]")?.focus();

// A summary of mistakes is what the page is about: it is read first.
document.querySelector(".summary[tabindex]")?.focus();
