// On paper nothing can be opened, so what is folded is shown, and folded again after; but not what a chart shows already.
"use strict";

(() => {
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("main details:not([open], [data-chart] ~ details, [data-numbers])")];
    for (const each of opened) each.open = true;
  });
  addEventListener("afterprint", () => {
    for (const each of opened) each.open = false;
  });
})();
