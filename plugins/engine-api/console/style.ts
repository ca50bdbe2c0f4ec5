import { createHash } from 'node:crypto';
import { Html } from './html.ts';

/** The one style sheet of the console. */
const style = `
:root {
  color-scheme: light dark;
  --line: light-dark(#d0d4da, #3a4049);
  --soft: light-dark(#f4f5f7, #20242a);
  --ok: light-dark(#176b34, #6fd08c);
  --warning: light-dark(#8a5a00, #f0bf62);
  --problem: light-dark(#b3211b, #ff8f87);
  font: 15px/1.5 system-ui, sans-serif;
}
body {
  margin: 0;
  display: grid;
  grid-template-columns: 13rem minmax(0, 1fr);
  min-height: 100vh;
}
.skip {
  position: absolute;
  left: -100vw;
}
.skip:focus {
  left: 0.5rem;
  top: 0.5rem;
  padding: 0.3rem 0.6rem;
  background: Canvas;
}
nav {
  padding: 1rem;
  background: var(--soft);
  border-right: 1px solid var(--line);
}
nav h2 {
  margin: 1rem 0 0.2rem;
  font-size: 0.8rem;
  font-weight: 600;
  overflow-wrap: anywhere;
}
nav ul,
.links {
  margin: 0;
  padding: 0;
  list-style: none;
}
nav a {
  display: block;
  padding: 0.15rem 0;
  overflow-wrap: anywhere;
}
nav a[aria-current] {
  font-weight: 700;
  color: inherit;
  text-decoration: none;
}
main {
  padding: 1rem 1.5rem;
  max-width: 90rem;
}
h1 {
  margin: 0;
  font-size: 1.5rem;
  overflow-wrap: anywhere;
}
h2 {
  margin: 1.5rem 0 0.4rem;
  font-size: 1.05rem;
}
footer,
.doc {
  font-size: 0.85rem;
  opacity: 0.8;
}
footer {
  margin-top: 2rem;
  border-top: 1px solid var(--line);
  padding-top: 0.5rem;
}
td,
dd,
p,
pre,
h1 { unicode-bidi: isolate; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; }
th,
td {
  padding: 0.25rem 1rem 0.25rem 0;
  border-bottom: 1px solid var(--line);
  text-align: left;
  vertical-align: top;
  overflow-wrap: anywhere;
  max-width: 40rem;
}
.number {
  text-align: right;
  font-variant-numeric: tabular-nums;
}
pre {
  margin: 0;
  padding: 0.6rem;
  background: var(--soft);
}
dl {
  display: grid;
  grid-template-columns: max-content minmax(0, 1fr);
  gap: 0.2rem 1.2rem;
  margin: 0.5rem 0;
}
dd {
  margin: 0;
  overflow-wrap: anywhere;
}
.tiles { grid-template-columns: repeat(auto-fill, minmax(8rem, 1fr)); }
.tiles div {
  padding: 0.5rem 0.8rem;
  border: 1px solid var(--line);
  border-radius: 0.4rem;
}
.tiles dd { font-size: 1.4rem; }
.bars { grid-template-columns: minmax(0, 1fr); }
.links {
  display: flex;
  flex-wrap: wrap;
  gap: 0.2rem 1.2rem;
}
.ok { color: var(--ok); }
.ok::before { content: "✓ "; }
.warning { color: var(--warning); }
.warning::before { content: "! "; }
.problem { color: var(--problem); }
.problem::before { content: "✗ "; }
@media (max-width: 45rem) {
  body { display: block; }
  nav { border-right: 0; border-bottom: 1px solid var(--line); }
}
`;

/** As it is in each document: its hash is that of every character. */
export const styleElement = new Html(`<style>${style}</style>`);

/** No script, no other style, nothing from elsewhere, in no frame. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
