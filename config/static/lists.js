// Lists by keyboard: / to the search, j and k from row to row, ? for help; Enter follows the link, as everywhere.
"use strict";

(() => {
  const keys = document.querySelector("[data-keys]");
  const dialog = keys?.querySelector("dialog");
  const single = keys?.querySelector("[data-single]");
  const links = () => [...document.querySelectorAll("[data-rows] .q a")];

  if (keys) {
    keys.hidden = false;
    keys.querySelector("[data-open]").addEventListener("click", () => dialog.showModal());
    single.checked = localStorage.getItem("single-keys") !== "off";
    single.addEventListener("change", () => localStorage.setItem("single-keys", single.checked ? "on" : "off"));
  }

  const step = (by) => {
    const all = links();
    const here = document.activeElement?.closest("[data-rows] > li")?.querySelector(".q a");
    const next = all[here ? all.indexOf(here) + by : by > 0 ? 0 : all.length - 1];
    if (next) return next.focus();
    // Past the last row lies the way to more.
    if (by > 0) document.querySelector("[data-rows] .more a[rel=next]")?.focus();
  };
  const single_keys = {
    "/": () => document.querySelector("#filter_search")?.focus(),
    "?": () => dialog?.showModal(),
    j: () => step(1),
    k: () => step(-1),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || dialog?.open) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const arrow = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (arrow && event.target.closest("[data-rows]")) {
      event.preventDefault();
      step(arrow);
    } else if (single?.checked && Object.hasOwn(single_keys, event.key)) {
      event.preventDefault();
      single_keys[event.key]();
    }
  });

  // The address follows what the form says, without the fields that say nothing.
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.target.matches("form.finder")) return;
    for (const [name, value] of [...event.detail.formData]) if (!value.trim()) event.detail.formData.delete(name);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const sent = event.detail.requestConfig;
    if (!sent.elt.matches("form.finder") || !event.detail.successful) return;
    const asked = new URLSearchParams(sent.formData).toString();
    history.replaceState(history.state, "", asked ? `?${asked}` : location.pathname);
  });
})();
