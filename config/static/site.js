// Comfort on the estimate form: the slider follows the number and the number the slider, with odds and what is at stake.
"use strict";

(() => {
  const lowest = 0.0001, highest = 0.9999;
  const read = (text) => Number.parseFloat(text.replace("%", "").replace(",", ".")) / 100;
  const logit = (p) => Math.log(p / (1 - p));
  const expit = (x) => 1 / (1 + Math.exp(-x));
  const baseline = (q) => 100 * (1 + Math.log2(q));
  const signed = (x) => (x < 0 ? "−" : "+") + Math.abs(x).toFixed(0);

  // As fine as the place on the scale deserves: whole percents in the middle.
  const percent = (p) => {
    const edge = 100 * Math.min(p, 1 - p);
    return String(Number((100 * p).toFixed(edge >= 2 ? 0 : edge >= 0.2 ? 1 : 2)));
  };
  const odds = (p) => {
    const ratio = Math.max(p, 1 - p) / Math.min(p, 1 - p);
    const said = ratio >= 10 ? Math.round(ratio).toLocaleString("en") : ratio.toFixed(1).replace(/\.0$/, "");
    return "odds " + (p >= 0.5 ? `${said} to 1` : `1 to ${said}`);
  };

  for (const form of document.querySelectorAll("form[data-estimate]")) {
    const part = (name) => form.querySelector(`[data-${name}]`);
    const number = form.elements.percent, slider = part("slider");

    const show = () => {
      const p = read(number.value);
      const usable = p >= lowest && p <= highest;
      part("payoff").hidden = !usable;
      part("odds").textContent = usable ? odds(p) : "";
      part("submit").textContent = usable ? `Put ${number.value.trim().replace("%", "")}% on record` : "Put it on record";
      if (!usable) return;
      part("if-yes").textContent = signed(baseline(p));
      part("if-no").textContent = signed(baseline(1 - p));
      slider.setAttribute("aria-valuetext", `${percent(p)}%`);
    };
    number.addEventListener("input", () => {
      const p = read(number.value);
      if (p >= lowest && p <= highest) slider.value = logit(p);
      show();
    });
    slider.addEventListener("input", () => {
      number.value = percent(Math.min(highest, Math.max(lowest, expit(slider.valueAsNumber))));
      show();
    });
    slider.hidden = part("ticks").hidden = false;
    const p = read(number.value);
    slider.value = p >= lowest && p <= highest ? logit(p) : 0;
    show();
  }
})();
