// Many answers by keyboard: Enter goes to the next box, as Tab does; leaving a box puts it on record.
"use strict";

(() => {
  const sheet = document.querySelector("[data-sheet]");
  if (!sheet) return;
  sheet.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    const boxes = [...sheet.querySelectorAll("input[data-box]")];
    const next = boxes[boxes.indexOf(event.target) + 1] ?? sheet.querySelector("button");
    next.focus();
    next.select?.();
  });
  // A request that was lost must not look like one that was answered.
  const lost = (event) => {
    const said = event.target.closest(".box")?.querySelector(".said-so");
    if (!said) return;
    said.classList.add("wrong");
    said.textContent = "Not on record: the server could not be reached. Change it, or use the button below.";
  };
  sheet.addEventListener("htmx:sendError", lost);
  sheet.addEventListener("htmx:responseError", lost);
})();
