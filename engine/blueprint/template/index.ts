// Templates: Handlebars text in scalars and in `.yaml.hbs` files (rules 8, 10, 12, 13). Handlebars gives the grammar;
// the evaluator is ours, because it keeps types, knows places, can stop half-way and sees nothing of the world.

export { renderTemplateFile, splitHeader, type RenderedFile, type SplitTemplate } from './file.ts';
export type { TemplateScope } from './names.ts';
export { EXAMPLE_PARAMS, helperNames } from './library.ts';
export { hasExpression, hasTemplate, sayWhole } from './parse.ts';
export { evaluateScalar, fillDeferred, type References } from './scalar.ts';
export { TEMPLATE_LIMITS } from './syntax.ts';
