// Puts the charts on the page. SPECS and LOOK stand before this in the bundle; each figure names a chart, and where its
// data is.

// The look with the page's own colours and letters for their tokens, so that dark mode is the same look.
const theme = () => {
  const style = getComputedStyle(document.documentElement);
  const filled = (part) => {
    if (typeof part === "string" && part.startsWith("--")) return style.getPropertyValue(part).trim();
    if (Array.isArray(part)) return part.map(filled);
    if (part === null || typeof part !== "object") return part;
    return Object.fromEntries(Object.entries(part).map(([name, within]) => [name, filled(within)]));
  };
  return { background: null, ...filled(LOOK) };
};

const options = {
  mode: "vega-lite", renderer: "svg", ast: true, actions: false, defaultStyle: false,
  tooltip: { disableDefaultStyle: true },
};

// Loads what the figure names, each address once: several layers may be drawn from one answer.
const loaded = async (figure) => {
  const addresses = new Set(Object.entries(figure.dataset).filter(([name]) => name.startsWith("src")).map(([, src]) => src));
  const answers = await Promise.all([...addresses].map(async (address) => {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`${address} answers ${answer.status}`);
    return [address, await answer.json()];
  }));
  return new Map(answers);
};

// Fills in what the figure says: rows by the name of the data, parameters by theirs.
const filled = (name, given, answers) => {
  const spec = structuredClone(SPECS[name]);
  const source = (dataName) => given[`src${dataName[0].toUpperCase()}${dataName.slice(1)}`];
  spec.layer = spec.layer.filter((layer) => !layer.data.name || source(layer.data.name));
  for (const layer of spec.layer) {
    const { name: dataName, format } = layer.data;
    if (!dataName) continue;
    const rows = format.property.split(".").reduce((part, property) => part[property], answers.get(source(dataName)));
    layer.data = { values: rows };
  }
  for (const param of spec.params ?? []) param.value = given[`param${param.name[0].toUpperCase()}${param.name.slice(1)}`];
  return spec;
};

// Says what stands for more than is drawn, wherever an answer counts more than it has rows.
const CALLED = {
  crowd: "changes of the crowd", own: "of your estimates", evidence: "pieces of evidence", wordings: "new wordings",
};
const thinned = (figure, answers) => {
  const place = figure.querySelector("[data-thinned]");
  if (!place) return;
  const counted = [...answers.values()].flatMap((answer) => Object.entries(answer));
  const parts = counted.filter(([name, part]) => CALLED[name] && part.total > part.rows.length).map(
    ([name, part]) => `${part.rows.length.toLocaleString("en")} of ${part.total.toLocaleString("en")} ${CALLED[name]}`,
  );
  place.hidden = parts.length === 0;
  place.textContent = parts.length ? `Drawn from ${parts.join(", ")}, chosen so that ends and extremes stay.` : "";
};

const mount = async (figure) => {
  const place = figure.querySelector(".chart");
  try {
    const answers = await loaded(figure);
    const spec = filled(figure.dataset.chart, figure.dataset, answers);
    if (spec.usermeta?.square) spec.height = Math.max(220, place.clientWidth - 50);
    if (place.clientWidth < 480 && spec.layer.length) spec.encoding.x.axis.tickCount = 3;
    await vegaEmbed(place, spec, { ...options, config: theme() });
    thinned(figure, answers);
    // The figure says what it shows and has its numbers as a table; mark after mark would only be noise.
    place.querySelector("svg")?.setAttribute("aria-hidden", "true");
  } catch (error) {
    console.error(error);
    place.textContent = "The chart could not be drawn. Its numbers are below.";
  }
};

const mountAll = (within = document) => within.querySelectorAll("figure[data-chart]").forEach(mount);
mountAll();
// What htmx swaps in may hold charts of its own.
document.addEventListener("htmx:load", (event) => event.target !== document.body && mountAll(event.target));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => mountAll());
