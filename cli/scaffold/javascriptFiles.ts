import { readme } from './readme.ts';
import type { ScaffoldOptions } from './scaffoldOptions.ts';
import { npmTest, typescriptFiles } from './typescriptFiles.ts';

/** Files of a plugin in JavaScript, the same as in TypeScript; its editor checks it by its JSDoc. */
export function javascriptFiles(scaffold: ScaffoldOptions): Record<string, string> {
  const { name, pouch } = scaffold;
  const typed = typescriptFiles(scaffold);
  const plain = (file: string) =>
    `// @ts-check\n${typed[file]?.replaceAll(`./${name}.ts`, `./${name}.js`) ?? ''}`;
  return {
    [`${name}.js`]: plain(`${name}.ts`),
    [`${name}.test.js`]: plain(`${name}.test.ts`),
    'package.json': `${JSON.stringify(packageOf(name, pouch), null, 2)}\n`,
    'README.md': readme(name, `${name}.js`, npmTest),
  };
}

function packageOf(name: string, pouch: string) {
  return {
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    scripts: { test: `node --test ${name}.test.js` },
    devDependencies: { pouch },
  };
}
