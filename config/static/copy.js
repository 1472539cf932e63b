// Buttons that copy what a field or an element holds, shown where the browser lets them.
"use strict";

(() => {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("button[data-copy]")) {
    const from = document.getElementById(button.dataset.copy);
    const said = button.innerHTML;
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(from.value ?? from.textContent);
        button.textContent = "Copied";
      } catch {
        const range = document.createRange();
        range.selectNodeContents(from);
        if (from.select) from.select();
        else getSelection().removeAllRanges(), getSelection().addRange(range);
        button.textContent = "Selected: press Ctrl+C";
      }
      setTimeout(() => { button.innerHTML = said; }, 3000);
    });
  }
})();
