// Comfort on a forecast's page: the estimate follows the slider and the slider the number, with what is at stake.
"use strict";

(() => {
  const logit = (p) => Math.log(p / (1 - p));
  const expit = (x) => 1 / (1 + Math.exp(-x));
  const signed = (x) => (Math.abs(x) < 0.05 ? "0.0" : (x < 0 ? "−" : "+") + Math.abs(x).toFixed(1));

  // The rungs that keys climb: whole percents in the middle, tenths and hundredths of one towards the ends.
  const low = [...Array(9).keys()].flatMap((k) => [(k + 1) / 1e4, (k + 1) / 1e3]);
  const half = [...low, ...Array.from({ length: 49 }, (_, k) => (k + 1) / 100)];
  const rungs = [...half, 0.5, ...half.map((p) => 1 - p)].sort((a, b) => a - b);
  const landings = [0.0001, 0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999];
  const next = (steps, p, up) => {
    const beyond = up ? steps.filter((step) => step > p + 1e-9) : steps.filter((step) => step < p - 1e-9);
    return (up ? beyond[0] : beyond.at(-1)) ?? p;
  };
  const keys = {
    ArrowUp: (p) => next(rungs, p, true), ArrowDown: (p) => next(rungs, p, false),
    PageUp: (p) => next(landings, p, true), PageDown: (p) => next(landings, p, false),
  };
  const sliderKeys = {
    ...keys, ArrowRight: keys.ArrowUp, ArrowLeft: keys.ArrowDown,
    Home: () => notation.lowest, End: () => notation.highest,
  };

  // What an estimate earns from now to the close: the integrands of STATISTICS, times what is left of the schedule.
  const stakes = (p, left, crowd) => {
    const of = (q, yes) => ({
      baseline: signed(left * 100 * (1 + Math.log2(q))),
      brier: ((p - yes) ** 2).toFixed(3),
      beside: crowd ? signed(left * 100 * Math.log(q / (yes ? crowd : 1 - crowd))) : "",
    });
    return { yes: of(p, 1), no: of(1 - p, 0) };
  };

  for (const form of document.querySelectorAll("form[data-estimate]")) {
    const part = (name) => form.querySelector(`[data-${name}]`);
    const number = form.elements.percent, slider = part("slider");
    const left = Number(form.dataset.left), crowd = Number(form.dataset.crowd);

    const note = (name) => {
      part("notes").hidden = !name;
      for (const item of part("notes").children) item.hidden = item.dataset.note !== name;
    };
    const said = (p) => {
      const plain = number.value.trim().replace(",", ".").replace(/\s*%$/, "") === notation.exactly(p).slice(0, -1);
      return plain ? `odds ${notation.odds(p)}` : `is ${notation.exactly(p)}, odds ${notation.odds(p)}`;
    };
    const show = () => {
      const { p, doubt } = notation.read(number.value), usable = p !== undefined;
      note(doubt);
      part("read").textContent = usable ? said(p) : "";
      part("submit").textContent = usable ? `Put ${notation.exactly(p)} on record` : "Put it on record";
      part("stakes").hidden = !usable;
      if (!usable) return;
      for (const [outcome, earned] of Object.entries(stakes(p, left, crowd))) {
        for (const [measure, words] of Object.entries(earned)) {
          const cell = part(`${measure}-${outcome}`);
          if (cell) cell.textContent = words;
        }
      }
      slider.setAttribute("aria-valuetext", `${notation.percent(p)}, odds ${notation.odds(p)}`);
    };
    const follow = () => {
      const { p } = notation.read(number.value);
      if (p !== undefined) slider.value = logit(p);
      show();
    };
    const put = (p) => {
      number.value = notation.percent(p);
      follow();
    };
    const climb = (steps) => (event) => {
      const step = steps[event.key];
      if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      put(step(notation.read(number.value).p ?? 0.5));
    };

    number.addEventListener("input", follow);
    // What cannot be read is said once one has left the box: half of a number is no fault.
    number.addEventListener("change", () => note(notation.read(number.value).fault ?? notation.read(number.value).doubt));
    number.addEventListener("keydown", climb(keys));
    slider.addEventListener("keydown", climb(sliderKeys));
    slider.addEventListener("input", () => {
      number.value = notation.percent(expit(slider.valueAsNumber));
      show();
    });
    slider.hidden = part("ticks").hidden = false;
    slider.value = logit(notation.read(number.value).p ?? 0.5);
    show();
  }

  // What a likelihood ratio makes of the estimate that stands, or of 30%.
  for (const form of document.querySelectorAll("form[data-weighing]")) {
    const box = form.querySelector("[data-ratio]"), turns = form.querySelector("[data-turns]");
    const from = Number(form.dataset.from);
    const show = () => {
      const ratio = Number(box.value.replace(",", "."));
      const to = Math.min(Math.max(expit(logit(from) + Math.log(ratio)), notation.lowest), notation.highest);
      turns.textContent = ratio > 0 ? `turns ${notation.percent(from)} into ${notation.percent(to)}` : "";
    };
    box.addEventListener("input", show);
    show();
  }
})();
