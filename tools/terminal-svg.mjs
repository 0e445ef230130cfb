// @ts-check

/** The sixteen colours of a terminal, on a dark ground, by their SGR codes. @type {Record<number, string>} */
const colours = {
  30: "#6e7681",
  31: "#ff7b72",
  32: "#7ee787",
  33: "#e3b341",
  34: "#79c0ff",
  35: "#d2a8ff",
  36: "#76e3ea",
  37: "#e6edf3",
  90: "#8b949e",
  91: "#ffa198",
  92: "#aff5b4",
  93: "#f2cc60",
  94: "#a5d6ff",
  95: "#e2c5ff",
  96: "#b3f0ff",
  97: "#ffffff",
};
const foreground = "#e6edf3";
const background = "#161b22";
const cell = { width: 8.4, height: 19 };
const padding = 16;

/** @typedef {{ colour: string; bold: boolean; dim: boolean }} Style */
/** @typedef {{ text: string; column: number; style: Style }} Run */

/**
 * What a terminal shows, as a picture. Each run of characters is stretched to the width of its cells, so that carets
 * stand under what they point at in any font.
 * @param {string} output text with SGR escape sequences (colours, bold, dim)
 * @param {string} title for those who don't see the picture
 * @returns {string}
 */
export function terminalSvg(output, title) {
  const rows = parseRows(output.replace(/\n+$/, ""));
  const columns = Math.max(
    ...rows.map((runs) => Math.max(0, ...runs.map((run) => run.column + [...run.text].length))),
  );
  const width = Math.ceil(columns * cell.width + 2 * padding);
  const height = rows.length * cell.height + 2 * padding;
  const lines = rows.flatMap((runs, row) => runs.map((run) => renderRun(run, row)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${background}"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">`,
    ...lines,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

/**
 * @param {string} output
 * @returns {Run[][]} by lines
 */
function parseRows(output) {
  /** @type {Style} */
  let style = { colour: foreground, bold: false, dim: false };
  return output.split("\n").map((line) => {
    /** @type {Run[]} */
    const runs = [];
    let column = 0;
    // Odd parts are the parameters of escape sequences.
    for (const [index, part] of line.split(/\u001b\[([\d;]*)m/).entries()) {
      if (index % 2 === 1)
        style = part.split(";").reduce((before, code) => applied(before, Number(code)), style);
      else {
        // What stands apart is put apart, since renderers of SVG make one blank of many.
        for (const { 0: text, index: start } of part.matchAll(/\S+( \S+)*/g))
          runs.push({ text, column: column + [...part.slice(0, start)].length, style });
        column += [...part].length;
      }
    }
    return runs;
  });
}

/**
 * @param {Style} style
 * @param {number} code
 * @returns {Style}
 */
function applied(style, code) {
  if (code === 0) return { colour: foreground, bold: false, dim: false };
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 39) return { ...style, colour: foreground };
  const colour = colours[code];
  if (colour === undefined) throw new Error(`the picture of a terminal knows no SGR code ${code}`);
  return { ...style, colour };
}

/**
 * @param {Run} run
 * @param {number} row
 */
function renderRun({ text, column, style }, row) {
  const x = (padding + column * cell.width).toFixed(1);
  const y = padding + row * cell.height + 14;
  const length = ([...text].length * cell.width).toFixed(1);
  const weight = style.bold ? ' font-weight="bold"' : "";
  const opacity = style.dim ? ' opacity="0.65"' : "";
  return `<text x="${x}" y="${y}" textLength="${length}" lengthAdjust="spacingAndGlyphs" fill="${style.colour}"${weight}${opacity}>${escaped(text)}</text>`;
}

/** @param {string} text */
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
