// Comfort on the estimate form: the slider follows the number and the number the slider, with odds and what is at stake.
"use strict";

(() => {
  const logit = (p) => Math.log(p / (1 - p));
  const expit = (x) => 1 / (1 + Math.exp(-x));
  const baseline = (q) => 100 * (1 + Math.log2(q));
  const signed = (x) => (x < 0 ? "−" : "+") + Math.abs(x).toFixed(0);

  for (const form of document.querySelectorAll("form[data-estimate]")) {
    const part = (name) => form.querySelector(`[data-${name}]`);
    const number = form.elements.percent, slider = part("slider");

    const show = () => {
      const { p } = notation.read(number.value);
      const usable = p !== undefined;
      part("payoff").hidden = !usable;
      part("odds").textContent = usable ? `odds ${notation.odds(p)}` : "";
      part("submit").textContent = usable ? `Put ${notation.exactly(p)} on record` : "Put it on record";
      if (!usable) return;
      part("if-yes").textContent = signed(baseline(p));
      part("if-no").textContent = signed(baseline(1 - p));
      slider.setAttribute("aria-valuetext", notation.percent(p));
    };
    number.addEventListener("input", () => {
      const { p } = notation.read(number.value);
      if (p !== undefined) slider.value = logit(p);
      show();
    });
    slider.addEventListener("input", () => {
      number.value = notation.percent(expit(slider.valueAsNumber));
      show();
    });
    slider.hidden = part("ticks").hidden = false;
    slider.value = logit(notation.read(number.value).p ?? 0.5);
    show();
  }
})();
