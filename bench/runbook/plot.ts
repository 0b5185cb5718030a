/** One line of a plot. */
export interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

const WIDTH = 720;
const HEIGHT = 400;
const MARGIN = { left: 80, right: 150, top: 40, bottom: 50 } as const;
const COLORS = ["#1f6feb", "#bf3989", "#1a7f37", "#9a6700"];

/** A drawing of lines over two linear axes that start at nothing, so that a straight line means linear growth. */
export function linePlot(
  title: string,
  axes: { readonly x: string; readonly y: string },
  lines: readonly Series[],
): string {
  const all = lines.flatMap(({ points }) => points);
  const most = { x: Math.max(...all.map(({ x }) => x)), y: Math.max(...all.map(({ y }) => y)) };
  const atX = (x: number): number => MARGIN.left + (x / most.x) * (WIDTH - MARGIN.left - MARGIN.right);
  const atY = (y: number): number => HEIGHT - MARGIN.bottom - (y / most.y) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const bottom = HEIGHT - MARGIN.bottom;
  const xTicks = [...new Set(all.map(({ x }) => x))].map((x) => {
    const at = atX(x).toFixed(1);
    return `<path d="M${at} ${bottom}v5"/><text x="${at}" y="${bottom + 20}" text-anchor="middle">${x / 1000}k</text>`;
  });
  const yTicks = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const at = atY(part * most.y).toFixed(1);
    const label = Math.round(part * most.y);
    return `<path d="M${MARGIN.left - 5} ${at}h5"/><text x="${MARGIN.left - 10}" y="${at}" dy="4" text-anchor="end">${label}</text>`;
  });
  const drawn = lines.map(({ name, points }, index) => {
    const color = COLORS[index % COLORS.length] ?? "black";
    const path = points.map(({ x, y }) => `${atX(x).toFixed(1)},${atY(y).toFixed(1)}`).join(" ");
    const dots = points
      .map(({ x, y }) => `<circle cx="${atX(x).toFixed(1)}" cy="${atY(y).toFixed(1)}" r="3"/>`)
      .join("");
    const last = points.at(-1) ?? { x: 0, y: 0 };
    const label = `<text x="${(atX(last.x) + 10).toFixed(1)}" y="${atY(last.y).toFixed(1)}" dy="4" stroke="none">${name}</text>`;
    return `<g stroke="${color}" fill="${color}"><polyline points="${path}" fill="none" stroke-width="2"/>${dots}${label}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13">`,
    `<title>${title}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    `<text x="${MARGIN.left}" y="24" font-size="15">${title}</text>`,
    `<text x="${WIDTH / 2 - 40}" y="${HEIGHT - 10}" text-anchor="middle">${axes.x}</text>`,
    `<text x="18" y="${HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 18 ${HEIGHT / 2})">${axes.y}</text>`,
    `<g stroke="black"><path d="M${MARGIN.left} ${MARGIN.top}V${bottom}H${WIDTH - MARGIN.right}" fill="none"/></g>`,
    `<g stroke="black" stroke-width="0.3">${[...xTicks, ...yTicks].join("")}</g>`,
    ...drawn,
    "</svg>",
    "",
  ].join("\n");
}
