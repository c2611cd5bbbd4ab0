// What htmx does not do: folders that open, and links that follow what is searched.
const RESULT = "#table";

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
document.addEventListener("htmx:afterSettle", (event) => {
  if (!event.target.matches(RESULT)) return;
  for (const link of document.querySelectorAll("[data-keeps-query]")) {
    link.search = location.search;
  }
});
