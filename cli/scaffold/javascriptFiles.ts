import { packageJson } from './packageJson.ts';
import { aboutHarness, readme } from './readme.ts';
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
    'package.json': packageJson(name, `node --test ${name}.test.js`, { pouch }),
    'README.md': readme(name, `${name}.js`, npmTest, aboutHarness),
  };
}
