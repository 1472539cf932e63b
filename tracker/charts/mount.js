// Puts the charts on the page. SPECS stands before this in the bundle; each figure names one, and where its data is.

// The look, in one place: the page's own colours and letters, so that dark mode is the same tokens.
const theme = () => {
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    background: null,
    font: token("sans"),
    padding: { left: 2, right: 10, top: 8, bottom: 2 },
    view: { stroke: null },
    mark: { color: token("accent") },
    axis: {
      domain: false, ticks: false, labelPadding: 7, labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal",
      labelColor: token("soft"), titleColor: token("soft"), gridColor: token("line"), titlePadding: 8,
    },
    range: { category: [token("yes"), token("no"), token("void")], symbol: ["triangle-up", "triangle-down", "circle"] },
    style: {
      wording: { color: token("soft"), strokeWidth: 1.5, strokeDash: [2, 3] },
      evidence: { size: 85, opacity: 1 },
      crowd: { color: token("accent"), strokeWidth: 2, strokeJoin: "round" },
      own: { color: token("ink"), stroke: token("card"), strokeWidth: 1.5, size: 90, opacity: 1 },
      baseline: { color: token("ink"), strokeWidth: 1.5, strokeJoin: "round" },
      band: { color: token("accent"), opacity: 0.13 },
      interval: { color: token("accent"), strokeWidth: 1.5, opacity: 0.55 },
      bin: { color: token("accent"), stroke: token("card"), strokeWidth: 1 },
      ideal: { color: token("soft"), strokeWidth: 1, strokeDash: [3, 4] },
    },
  };
};

const options = {
  mode: "vega-lite", renderer: "svg", ast: true, actions: false, defaultStyle: false,
  tooltip: { disableDefaultStyle: true },
};

// Fills in what the figure says: addresses by the name of the data, parameters by theirs.
const filled = (name, given) => {
  const spec = structuredClone(SPECS[name]);
  const source = (dataName) => given[`src${dataName[0].toUpperCase()}${dataName.slice(1)}`];
  spec.layer = spec.layer.filter((layer) => !layer.data.name || source(layer.data.name));
  for (const layer of spec.layer) {
    if (layer.data.name) layer.data.url = source(layer.data.name);
  }
  for (const param of spec.params ?? []) param.value = given[`param${param.name[0].toUpperCase()}${param.name.slice(1)}`];
  return spec;
};

const mount = async (figure) => {
  const place = figure.querySelector(".chart");
  const spec = filled(figure.dataset.chart, figure.dataset);
  if (spec.usermeta?.square) spec.height = Math.max(220, place.clientWidth - 50);
  if (place.clientWidth < 480 && spec.layer.length) spec.encoding.x.axis.tickCount = 3;
  try {
    await vegaEmbed(place, spec, { ...options, config: theme() });
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
