/** Draws the order of taps as SVG. The same graph is always the same text. */
import type { HookGraphWire } from '../../../client/index.ts';

type Tap = HookGraphWire['taps'][number];

/** Pixels. */
const margin = 16;
const boxHeight = 40;
const gap = 36;
const titleHeight = 28;
/** Height of an arc for each box that it passes over. */
const arcStep = 14;
/** Of a character in the font of the boxes. */
const characterWidth = 7.3;

const style = [
  'text{font:12px monospace;fill:#222}',
  '.hook{font-weight:bold;font-size:14px}',
  '.phase{fill:#777;font-size:10px}',
  'rect{fill:#eef3fb;stroke:#5b7db1}',
  'path{fill:none;stroke:#5b7db1}',
  '.order{stroke:#999}',
  '.overrides{stroke:#c0562b;stroke-dasharray:4 3}',
].join('');

interface Box {
  readonly tap: Tap;
  readonly x: number;
  readonly width: number;
}

/**
 * A row per hook point, its taps from left to right. Arcs above are `before` and `after`, dashed ones below are
 * `overrides`; the taps of an observe hook run side by side and have no arrows between them.
 */
export function svgGraph(hooks: readonly HookGraphWire[]): string {
  let y = margin;
  let width = 0;
  const rows: string[] = [];
  for (const graph of hooks) {
    const boxes = placed(graph.taps);
    const arcs = arcsOf(graph, boxes);
    const top = y + titleHeight + highest(arcs, 'order');
    rows.push(
      text(margin, y + 14, `${graph.hook} (${graph.kind})`, 'hook'),
      ...(graph.kind === 'observe' ? [] : boxes.slice(1).map((box, index) => arrow(boxes[index]!, box, top))),
      ...arcs.map((arc) => drawnArc(arc, top)),
      ...boxes.map((box) => drawnBox(box, top)),
    );
    const right = boxes.at(-1);
    width = Math.max(width, (right?.x ?? 0) + (right?.width ?? 0), textWidth(graph.hook) + 120);
    y = top + boxHeight + highest(arcs, 'overrides') + margin * 2;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width + margin)}" height="${round(y)}" role="img">`,
    `<style>${style}</style>`,
    '<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">' +
      '<path d="M0 0L8 4L0 8" stroke="#5b7db1"/></marker></defs>',
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}

function placed(taps: readonly Tap[]): Box[] {
  let x = margin;
  return taps.map((tap) => {
    const width = textWidth(tap.label) + 20;
    const box = { tap, x, width };
    x += width + gap;
    return box;
  });
}

interface Arc {
  readonly from: Box;
  readonly to: Box;
  readonly height: number;
  readonly kind: 'order' | 'overrides';
  readonly title: string;
}

function arcsOf({ edges, taps }: HookGraphWire, boxes: readonly Box[]): Arc[] {
  const arc = (from: number, to: number, kind: Arc['kind'], title: string): Arc[] => {
    const [first, last] = [boxes[from], boxes[to]];
    return first && last
      ? [{ from: first, to: last, height: arcStep * (1 + Math.abs(to - from)), kind, title }]
      : [];
  };
  const indexOf = (label: string) => taps.findIndex((tap) => tap.label === label);
  const orders = edges.flatMap(({ from, to, by }) =>
    arc(indexOf(from), indexOf(to), 'order', `${from} before ${to}, asked by ${by}`),
  );
  const overrides = taps.flatMap((tap, index) =>
    taps.flatMap((other, at) =>
      other.plugin !== tap.plugin && overridesIt(tap, other)
        ? arc(index, at, 'overrides', `${tap.label} overrides ${other.label}`)
        : [],
    ),
  );
  return [...orders, ...overrides];
}

function overridesIt({ overrides }: Tap, { plugin }: Tap): boolean {
  return overrides.some((name) => name === '*' || name.replace(/\?$/, '') === plugin);
}

function highest(arcs: readonly Arc[], kind: Arc['kind']): number {
  return Math.max(0, ...arcs.filter((arc) => arc.kind === kind).map(({ height }) => height));
}

function drawnBox({ tap, x, width }: Box, top: number): string {
  const { label, phase, onError, timeoutMs, origin } = tap;
  const title = [`onError ${onError}, deadline ${timeoutMs} ms`, ...(origin === undefined ? [] : [origin])];
  return [
    `<g><title>${escaped(title.join(', '))}</title>`,
    `<rect x="${round(x)}" y="${round(top)}" width="${round(width)}" height="${boxHeight}" rx="4"/>`,
    text(x + 10, top + 17, label),
    `${text(x + 10, top + 32, phase, 'phase')}</g>`,
  ].join('');
}

function arrow(from: Box, to: Box, top: number): string {
  const y = round(top + boxHeight / 2);
  return `<path d="M${round(from.x + from.width)} ${y}H${round(to.x)}" marker-end="url(#end)"/>`;
}

function drawnArc({ from, to, height, kind, title }: Arc, top: number): string {
  const [start, end] = [round(from.x + from.width / 2), round(to.x + to.width / 2)];
  const edge = round(kind === 'order' ? top : top + boxHeight);
  const peak = round(kind === 'order' ? top - height : top + boxHeight + height);
  const path = `M${start} ${edge}C${start} ${peak} ${end} ${peak} ${end} ${edge}`;
  return `<path class="${kind}" d="${path}" marker-end="url(#end)"><title>${escaped(title)}</title></path>`;
}

function text(x: number, y: number, content: string, kind?: string): string {
  const attribute = kind === undefined ? '' : ` class="${kind}"`;
  return `<text x="${round(x)}" y="${round(y)}"${attribute}>${escaped(content)}</text>`;
}

function textWidth(content: string): number {
  return content.length * characterWidth;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(content: string): string {
  return content.replaceAll(/[&<>"]/g, (character) => entities[character] ?? '');
}
