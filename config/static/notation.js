// How people write a probability, and how pages say it: forecasts/notation.py in the browser, held by the same table.
"use strict";

const notation = (() => {
  const lowest = 0.0001, highest = 0.9999;
  const number = "(\\d[\\d.,]*|[.,]\\d+)";
  const whole = (pattern) => new RegExp(`^(?:${pattern})$`);
  const percentage = whole(`${number} ?(?:%|percent|per cent|pct)`), bare = whole(number);
  const part = whole(`${number} ?(?:(?:chances? )?(?:in|out of)|/) ?${number}`);
  const odds = whole(`(?:odds (?:of )?)?${number} ?(?::|to) ?${number}`);
  const sided = whole(`(?:odds (?:of )?)?${number} ?(?::|to|/) ?${number} ?(against|on|for|in favou?r)`);
  const plain = whole("\\d*[.,]?\\d+|\\d+[.,]"), thousands = whole("[1-9]\\d{0,2}(,\\d{3})+(\\.\\d+)?");

  const parsed = (text, ratio) => {
    if (ratio && thousands.test(text)) return Number(text.replaceAll(",", ""));
    return plain.test(text) ? Number(text.replace(",", ".")) : NaN;
  };
  const favour = (a, b) => ({ p: a / (a + b) });
  const share = (a, b, slashed) => {
    if (slashed && a === b && a) return { p: 0.5 };
    return a > b ? { fault: "whole" } : { p: a / b };
  };

  const understood = (typed) => {
    let found;
    if (["even", "evens", "even odds"].includes(typed)) return { p: 0.5 };
    if ((found = percentage.exec(typed))) return { p: parsed(found[1]) / 100 };
    if ((found = bare.exec(typed))) {
      const value = parsed(found[1]);
      return value < 1 ? { p: value, doubt: "fraction" } : { p: value / 100 };
    }
    const ratio = () => [parsed(found[1], true), parsed(found[2], true)];
    if ((found = sided.exec(typed))) return found[3] === "against" ? favour(...ratio().reverse()) : favour(...ratio());
    if ((found = odds.exec(typed))) {
      const [a, b] = ratio();
      return a === b ? favour(a, b) : { ...favour(a, b), doubt: "favour" };
    }
    return (found = part.exec(typed)) ? share(...ratio(), typed.includes("/")) : { p: NaN };
  };

  // Gives { p, doubt } or { fault }; the words for doubts and faults are on the page.
  const read = (typed) => {
    const { p, doubt = "", fault } = understood(typed.toLowerCase().trim().replace(/\s+/g, " "));
    if (fault || Number.isNaN(p)) return { fault: fault ?? "unread" };
    if (p === 0 || p === 1) return { fault: p ? "one" : "zero" };
    return p >= lowest && p <= highest ? { p, doubt } : { fault: "outside" };
  };

  // For a reader: whole percents, and finer towards 0 and 1.
  const percent = (p) => {
    // Twelve digits, so that what is a half in decimals is one here, and goes up.
    const hundredths = Number((100 * p).toPrecision(12)), edge = Math.min(hundredths, 100 - hundredths);
    const digits = edge >= 0.995 ? 0 : edge >= 0.0995 ? 1 : 2;
    return `${(Math.round(Number((hundredths * 10 ** digits).toPrecision(12))) / 10 ** digits).toFixed(digits)}%`;
  };
  // As it will stand on record.
  const exactly = (p) => `${Number((100 * p).toPrecision(8))}%`;
  const saidOdds = (p) => {
    const ratio = Math.max(p, 1 - p) / Math.min(p, 1 - p);
    const said = ratio >= 10 ? Math.round(ratio).toLocaleString("en") : ratio.toFixed(1).replace(/\.0$/, "");
    return p >= 0.5 ? `${said} to 1` : `1 to ${said}`;
  };
  return { lowest, highest, read, percent, exactly, odds: saidOdds };
})();
