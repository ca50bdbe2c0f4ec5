/**
 * A file is named after what it exports: a file of one class has the name of the class, any other a camelCase name.
 * Index files, the programs in bin/, plugins' entries in examples/ and tests (named after what they test) have their
 * own names.
 */
import { basename } from 'node:path';

const exempt = /(^|\/)(bin|examples)\/|(^|\/)index\.ts$|\.(test|d)\.ts$/;
const camelCase = /^[a-z][A-Za-z0-9]*$/;

export const fileNames = {
  meta: {
    type: 'suggestion',
    docs: { description: 'a file is named after what it exports' },
    schema: [],
    messages: {
      ofClass: 'This file exports {{classes}}: name it {{classes}}.ts.',
      camelCase: 'Name this file in camelCase, after what it exports.',
    },
  },
  create(context) {
    if (exempt.test(context.filename)) return {};
    const name = basename(context.filename, '.ts');
    const classes = [];
    let hasFunctions = false;
    return {
      'ExportNamedDeclaration > FunctionDeclaration'() {
        hasFunctions = true;
      },
      'ExportNamedDeclaration > ClassDeclaration'({ id }) {
        // An error's class stands beside those who throw it.
        if (!/(Error|Refusal)$/.test(id.name)) classes.push(id.name);
      },
      'ExportDefaultDeclaration > ClassDeclaration'({ id }) {
        classes.push(id.name);
      },
      'Program:exit'(node) {
        if (classes.length === 1 && classes[0] !== name && !hasFunctions)
          context.report({ node, messageId: 'ofClass', data: { classes: classes[0] } });
        if (classes.length === 0 && !camelCase.test(name) && !/Error$/.test(name))
          context.report({ node, messageId: 'camelCase' });
      },
    };
  },
};
