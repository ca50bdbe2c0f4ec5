/** The copyright file (https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/), of Pouch and of all in it. */
import { readFileSync } from 'node:fs';
import type { Release } from './layout.ts';
import { licenses } from './modules.ts';

export function copyright({ root, node }: Release): string {
  const bundled = licenses(root).map(({ of, name, text }) => `${of}: ${name}\n${text}`);
  return [
    'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: pouch',
    `Files: *\nCopyright: the authors of Pouch\nLicense: Apache-2.0\n${onDebian}`,
    `Files: usr/lib/pouch/runtime/node\nCopyright: the contributors of Node.js, see below\nLicense: Node.js\n${indented(readFileSync(node.license, 'utf8'))}`,
    `Files: usr/lib/pouch/bin/pouch\nCopyright: the authors of Pouch; Oven, for the runtime Bun in it\nLicense: Apache-2.0 and MIT and LGPL-2\n${indented(ofBun)}`,
    `Files: usr/lib/pouch/dist/* usr/lib/pouch/node_modules/*\nCopyright: see below\nLicense: npm-packages\n${indented(bundled.join('\n\n'))}`,
    '',
  ].join('\n\n');
}

const onDebian = indented(
  'On Debian systems, the text of the Apache License 2.0 is in\n/usr/share/common-licenses/Apache-2.0.',
);

const ofBun =
  'Bun is MIT-licensed and links JavaScriptCore, which is licensed under LGPL-2; its sources, and how to link\n' +
  'it again, are at https://bun.sh/docs/project/licensing. The licenses are in /usr/share/common-licenses.';

/** Lines of a field are indented by a space; an empty one has a dot. */
function indented(text: string): string {
  return text
    .trim()
    .split(/\r?\n/)
    .map((line) => (line.trim() === '' ? ' .' : ` ${line.trimEnd()}`))
    .join('\n');
}
