// `.yaml.hbs` files (rule 10): the plain header is read with the rest of the blueprint, so that its params are known; the body is
// filled and read as YAML afterwards. A mistake in the filled text is reported at the template's place, with the
// filled line beside it.

import type { Diagnostic, Report, SourceFile } from '../../model/diagnostic.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { Registry } from '../../model/registry.ts';
import { readFile, type Draft } from './draft.ts';
import { renderTemplateFile, splitHeader, type RenderedFile } from '../template/index.ts';

export interface TemplateBody {
  readonly file: SourceFile;
  readonly start: number;
}

export function splitTemplates(
  files: readonly SourceFile[],
  draft: Draft,
  registry: Registry,
  report: Report,
): TemplateBody[] {
  return files.map((file) => {
    const { header, body } = splitHeader(file);
    if (header !== undefined) readFile(draft, header, registry, report);
    return { file, start: body };
  });
}

export function renderInto(
  draft: Draft,
  bodies: readonly TemplateBody[],
  params: JsonObject,
  registry: Registry,
  report: Report,
): RenderedFile[] {
  const rendered: RenderedFile[] = [];
  const declared = draft.params.size;
  for (const { file, start } of bodies) {
    const result = renderTemplateFile(file, { params: params as Readonly<Record<string, JsonValue>> }, report, start);
    if (result === undefined) continue;
    rendered.push(result);
    readFile(draft, result.file, registry, report);
  }
  if (draft.params.size > declared) {
    const [, late] = [...draft.params].at(-1) ?? [];
    if (late !== undefined) {
      report.error(
        'PARAM_INVALID',
        { file: late.file, start: late.node.start, end: late.node.end },
        'params are declared before a template is filled',
        'put them into the header: a first document without {{, ended by a line ---',
      );
    }
  }
  return rendered;
}

/** Moves what was found in filled text to the template it came from. */
export function relocate(report: Report, rendered: readonly RenderedFile[]): void {
  if (rendered.length === 0) return;
  report.diagnostics.forEach((diagnostic, i) => {
    const { place } = diagnostic;
    const made = place === undefined ? undefined : rendered.find(({ file }) => file === place.file);
    if (place === undefined || made === undefined) return;
    const moved: Diagnostic = {
      ...diagnostic,
      place: made.map(place.start, place.end),
      related: [...(diagnostic.related ?? []), { message: 'in the text it makes', place }],
    };
    report.diagnostics[i] = moved;
  });
}
