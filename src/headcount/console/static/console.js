// What htmx does not do: folders that open, and links that follow what is searched.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-folder]");
  if (!button) return;
  const rows = document.getElementById(button.dataset.folder);
  rows.hidden = !rows.hidden;
  button.setAttribute("aria-expanded", String(!rows.hidden));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// A file of the table holds what the table shows.
document.addEventListener("htmx:pushedIntoHistory", () => {
  for (const link of document.querySelectorAll("[data-keeps-query]")) {
    link.search = location.search;
  }
});

// The builder's steps: one at a time, all of them without this script.
const panels = () => [...document.querySelectorAll("[data-panel]")];

const show = (step, focus) => {
  for (const panel of panels()) panel.hidden = panel.dataset.panel !== step;
  for (const mark of document.querySelectorAll(".steps [data-step]")) {
    if (mark.dataset.step === step) mark.setAttribute("aria-current", "step");
    else mark.removeAttribute("aria-current");
  }
  if (focus) document.querySelector(`[data-panel="${step}"] :is(input, select):not([type=hidden])`)?.focus();
};

const begin = () => {
  if (panels().length) show("1", false);
};
document.addEventListener("DOMContentLoaded", begin);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-step]");
  if (!button) return;
  const left = panels().find((panel) => !panel.hidden);
  const isAhead = Number(button.dataset.step) > Number(left?.dataset.panel);
  const wrong = isAhead && left.querySelector(":invalid:not(fieldset)");
  if (wrong) wrong.reportValidity();
  else show(button.dataset.step, true);
});

// Enter in a field of the builder never sends it half done.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("#builder input")) event.preventDefault();
});
