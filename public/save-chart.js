// Copies a chart, or saves it as a picture. Loaded when a "Save" menu is opened for the first time (`components/save_chart.rs`).
//
// A chart is SVG with its text in HTML around it. Here all of it becomes one SVG as it stands on the page: shapes with the styles
// and colours that the browser has computed, text where its letters are, and the typeface inside. A PNG is that SVG, drawn.

const MARGIN = 16;
/** The points of a PNG for each point of the page. */
const SCALE = 2;
const NAMESPACE = "http://www.w3.org/2000/svg";
/** The styles that shapes keep beside their colours. */
const SHAPE_STYLES = ["stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-dasharray", "vector-effect", "opacity"];

const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
const brush = canvas.getContext("2d", { willReadFrequently: true });

/** A colour in the form that every program reads, with its opacity; nothing when it cannot be seen. */
function seen(colour) {
  if (!colour || colour === "none") return undefined;
  brush.clearRect(0, 0, 1, 1);
  brush.fillStyle = colour;
  brush.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = brush.getImageData(0, 0, 1, 1).data;
  return alpha && { colour: `rgb(${red},${green},${blue})`, opacity: (alpha / 255).toFixed(3) };
}

function element(name, attributes, parent) {
  const made = document.createElementNS(NAMESPACE, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  parent?.append(made);
  return made;
}

function paint(made, property, colour) {
  const { colour: value = "none", opacity } = seen(colour) || {};
  made.setAttribute(property, value);
  if (opacity && Number(opacity) < 1) made.setAttribute(`${property}-opacity`, opacity);
}

function rectangle(x, y, width, height, colour, parent, radius = 0) {
  if (width > 0 && height > 0 && seen(colour)) paint(element("rect", { x, y, width, height, rx: radius }, parent), "fill", colour);
}

/** Draws an element and all within it, with its corner at `origin`. */
function draw(node, origin, parent) {
  const style = getComputedStyle(node);
  const hidden = style.display === "none" || style.visibility === "hidden" || style.opacity === "0" || style.clipPath.startsWith("inset(50%");
  if (hidden || node.matches("[role=group], desc, title, .save-chart")) return;
  const group = element("g", style.opacity === "1" ? {} : { opacity: style.opacity }, parent);
  if (node instanceof SVGSVGElement) {
    drawing(node, origin, group);
    return;
  }
  box(node, style, origin, group);
  for (const pseudo of ["::before", "::after"]) mark(node, getComputedStyle(node, pseudo), origin, group);
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) text(child, style, origin, group);
    else if (child.nodeType === Node.ELEMENT_NODE) draw(child, origin, group);
  }
}

/** Draws what is behind an element and around it, turned as it is. */
function box(node, style, origin, group) {
  let { x, y, width, height } = shifted(node.getBoundingClientRect(), origin);
  const { a, b } = new DOMMatrix(style.transform === "none" ? "" : style.transform);
  const turn = (Math.atan2(b, a) * 180) / Math.PI;
  if (turn) {
    group.setAttribute("transform", `rotate(${turn.toFixed(1)} ${x + width / 2} ${y + height / 2})`);
    x += (width - node.offsetWidth) / 2;
    y += (height - node.offsetHeight) / 2;
    [width, height] = [node.offsetWidth, node.offsetHeight];
  }
  rectangle(x, y, width, height, style.backgroundColor, group, parseFloat(style.borderTopLeftRadius) || 0);
  borders(style, x, y, width, height, group);
}

function shifted(box, origin) {
  return { x: box.x - origin.x, y: box.y - origin.y, width: box.width, height: box.height };
}

function borders(style, x, y, width, height, parent) {
  const side = (name) => (style[`border${name}Style`] === "none" ? 0 : parseFloat(style[`border${name}Width`]));
  const { borderTopColor, borderBottomColor, borderLeftColor, borderRightColor } = style;
  rectangle(x, y, width, side("Top"), borderTopColor, parent);
  rectangle(x, y + height - side("Bottom"), width, side("Bottom"), borderBottomColor, parent);
  rectangle(x, y, side("Left"), height, borderLeftColor, parent);
  rectangle(x + width - side("Right"), y, side("Right"), height, borderRightColor, parent);
}

/**
 * Draws the small mark before a label: a square, or the label's number. No script can ask where it is, but it stands first in
 * its line, or else where its style says.
 */
function mark(node, style, origin, parent) {
  const [width, height] = [parseFloat(style.width), parseFloat(style.height)];
  if (style.content === "none" || style.display === "none" || style.opacity === "0" || !(width > 0 && height > 0)) return;
  const box = shifted(node.getBoundingClientRect(), origin);
  const isPlaced = style.position === "absolute";
  const x = box.x + parseFloat(isPlaced ? style.left : getComputedStyle(node).paddingLeft);
  const y = box.y + (isPlaced ? parseFloat(style.top) : (box.height - height) / 2);
  rectangle(x, y, width, height, style.backgroundColor, parent, parseFloat(style.borderTopLeftRadius) || 0);
  if (!style.content.includes("counter(")) return;
  const number = [...node.parentElement.children].indexOf(node) + 1;
  write(number, x + width / 2, y + height / 2, style, parent, { "text-anchor": "middle", "dominant-baseline": "central" });
}

/** Draws a text, line by line. */
function text(node, style, origin, parent) {
  const lines = [];
  const range = document.createRange();
  for (let index = 0; index < node.data.length; index += 1) {
    range.setStart(node, index);
    range.setEnd(node, index + 1);
    const box = range.getBoundingClientRect();
    if (!box.width) continue;
    const line = lines.at(-1);
    if (line && Math.abs(line.box.y - box.y) < 2) line.text += node.data[index];
    else lines.push({ box, text: node.data[index] });
  }
  brush.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const { fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } = brush.measureText("x");
  for (const { box, text } of lines) {
    const { x, y, height } = shifted(box, origin);
    write(text.replace(/\s/g, " "), x, y + (height - ascent - descent) / 2 + ascent, style, parent);
  }
}

function write(words, x, y, style, parent, more = {}) {
  const { fontFamily, fontSize, fontWeight, fontVariantNumeric, letterSpacing } = style;
  const attributes = { x: x.toFixed(2), y: y.toFixed(2), "font-family": fontFamily, "font-size": fontSize, "font-weight": fontWeight, ...more };
  const made = element("text", attributes, parent);
  if (letterSpacing !== "normal") made.setAttribute("letter-spacing", letterSpacing);
  made.setAttribute("style", `font-variant-numeric:${fontVariantNumeric};white-space:pre`);
  paint(made, "fill", style.color);
  made.textContent = words;
}

/** Copies a drawing with the styles that its shapes have here. */
function drawing(svg, origin, parent) {
  const copy = (from, to) => {
    for (const child of from.children) {
      if (child.matches("desc, title")) continue;
      const made = child.cloneNode(false);
      for (const name of ["class", "style", "aria-hidden"]) made.removeAttribute(name);
      for (const { name } of [...made.attributes].filter(({ name }) => name.startsWith("data-"))) made.removeAttribute(name);
      const style = getComputedStyle(child);
      for (const name of SHAPE_STYLES) made.setAttribute(name, style.getPropertyValue(name));
      paint(made, "fill", style.fill);
      paint(made, "stroke", style.stroke);
      to.append(made);
      copy(child, made);
    }
  };
  const { x, y, width, height } = shifted(svg.getBoundingClientRect(), origin);
  const attributes = { x, y, width, height, overflow: getComputedStyle(svg).overflow === "visible" ? "visible" : "hidden" };
  for (const name of ["viewBox", "preserveAspectRatio"]) if (svg.hasAttribute(name)) attributes[name] = svg.getAttribute(name);
  copy(svg, element("svg", attributes, parent));
  // What covers the whole box of the drawing has no shape.
  const fill = getComputedStyle(svg).borderBottomColor;
  rectangle(x, y + height - parseFloat(getComputedStyle(svg).borderBottomWidth), width, parseFloat(getComputedStyle(svg).borderBottomWidth), fill, parent);
}

/** The rules of the page's own typefaces that the text needs, each with its file inside. */
async function typefaces(words) {
  const codes = [...words].map((letter) => letter.codePointAt(0));
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).filter((rule) => rule instanceof CSSFontFaceRule);
  const needed = rules.filter(({ style }) => {
    const ranges = style.getPropertyValue("unicode-range").split(",").map((range) => range.trim().replace(/^U\+/i, "").split("-").map((code) => parseInt(code, 16)));
    return style.getPropertyValue("src").includes("url(") && codes.some((code) => ranges.some(([first, last = first]) => first <= code && code <= last));
  });
  const whole = needed.map(async (rule) => {
    const source = rule.style.getPropertyValue("src").match(/url\("?([^")]+)"?\)/)[1];
    const file = await (await fetch(new URL(source, rule.parentStyleSheet.href ?? location.href))).blob();
    const family = rule.style.getPropertyValue("font-family");
    const range = rule.style.getPropertyValue("unicode-range");
    return `@font-face{font-family:${family};font-weight:${rule.style.getPropertyValue("font-weight")};src:url(${await address(file)}) format("woff2");unicode-range:${range}}`;
  });
  return (await Promise.all(whole)).join("");
}

function address(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.replace(/^data:[^;,]*/, `data:${file.type || "font/woff2"}`));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

/** The colour behind an element. */
function behind(node) {
  for (let at = node; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    if (seen(colour)?.opacity === "1.000") return colour;
  }
  return "white";
}

/** The chart that a menu is about as one SVG, with its title above it. */
async function picture(menu) {
  const chart = document.querySelector(menu.dataset.of);
  const box = chart.getBoundingClientRect();
  const title = getComputedStyle(document.querySelector("h2") ?? document.body);
  const head = 2 * parseFloat(title.fontSize);
  const [width, height] = [box.width + 2 * MARGIN, box.height + 2 * MARGIN + head].map(Math.ceil);
  const svg = element("svg", { xmlns: NAMESPACE, width, height, viewBox: `0 0 ${width} ${height}` });
  element("title", {}, svg).textContent = menu.dataset.title;
  const styles = element("style", {}, svg);
  rectangle(0, 0, width, height, behind(chart), svg);
  write(menu.dataset.title, MARGIN, MARGIN + parseFloat(title.fontSize), title, svg);
  draw(chart, { x: box.x - MARGIN, y: box.y - MARGIN - head }, svg);
  styles.textContent = await typefaces(svg.textContent);
  return { width, height, text: new XMLSerializer().serializeToString(svg) };
}

async function png({ width, height, text }) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const paper = Object.assign(document.createElement("canvas"), { width: SCALE * width, height: SCALE * height });
  const context = paper.getContext("2d");
  context.scale(SCALE, SCALE);
  context.drawImage(image, 0, 0);
  return new Promise((resolve) => paper.toBlob(resolve, "image/png"));
}

function save(file, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const DEEDS = {
  async copy(menu) {
    if (!navigator.clipboard?.write) throw new Error("Copying needs HTTPS. Save the PNG instead.");
    const drawn = picture(menu).then(png);
    await navigator.clipboard.write([new ClipboardItem({ "image/png": drawn })]);
    return "Copied.";
  },
  async png(menu) {
    save(await png(await picture(menu)), `${menu.dataset.name}.png`);
    return "Saved.";
  },
  async svg(menu) {
    save(new Blob([(await picture(menu)).text], { type: "image/svg+xml" }), `${menu.dataset.name}.svg`);
    return "Saved.";
  },
};

async function act(menu, deed, status) {
  status.textContent = "";
  try {
    status.textContent = await DEEDS[deed](menu);
  } catch (error) {
    status.textContent = error.message || "That did not work.";
  }
}

/** Fills a menu that is opened for the first time. */
function fill(menu) {
  if (menu.querySelector(".menu__panel")) return;
  const panel = Object.assign(document.createElement("div"), { className: "menu__panel" });
  const status = document.createElement("p");
  status.setAttribute("role", "status");
  for (const [deed, words] of [["copy", "Copy PNG"], ["png", "Save PNG"], ["svg", "Save SVG"]]) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: words });
    button.addEventListener("click", () => act(menu, deed, status));
    panel.append(button);
  }
  panel.append(status);
  menu.append(panel);
}

document.addEventListener("toggle", ({ target }) => target.matches(".save-chart[open]") && fill(target), true);
document.querySelectorAll(".save-chart[open]").forEach(fill);
