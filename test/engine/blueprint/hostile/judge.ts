// What must hold of every reading, whatever was read: it ends, throws nothing, and gives either errors or a desired state; every
// place lies in its file; what is printed holds no stack and nothing that moves a terminal's cursor.

import { expect } from 'chai';
import { printDiagnostics, summarize } from '../../../../apps/cli/diagnostics.ts';
import { MAX_DIAGNOSTICS } from '../../../../engine/model/diagnostic.ts';
import {
  memoryReader,
  readBlueprint,
  type BlueprintInput,
  type BlueprintReader,
  type Resolution,
} from '../../../../engine/blueprint/index.ts';
import { realRegistry } from '../reading.ts';

export interface Attempt extends Partial<BlueprintInput> {
  readonly reader?: BlueprintReader;
  readonly strictSecrets?: boolean;
}

export function judge(
  files: string | Uint8Array | Readonly<Record<string, string | Uint8Array>>,
  attempt: Attempt = {},
): Resolution {
  const one = typeof files === 'string' || files instanceof Uint8Array;
  const { reader = memoryReader(one ? { '/b/shop.yaml': files } : files), strictSecrets = false, ...input } = attempt;
  const resolution = readBlueprint(
    { path: one ? '/b/shop.yaml' : '/b', ...input },
    { reader, registry: realRegistry, strictSecrets },
  );
  const { report, desired } = resolution;
  expect(report.failed, 'errors, or a desired state, and never both').to.equal(desired === undefined);
  expect(report.diagnostics.length).to.be.at.most(MAX_DIAGNOSTICS);
  expect(report.errors).to.be.at.least(report.diagnostics.filter(({ severity }) => severity === 'error').length);
  for (const { place, related = [], message, hint = '' } of report.diagnostics) {
    // What was written may be any word; our own may not.
    expect(message.replace(/"[^"]*"/g, '""'), message).to.not.match(
      /\[object |undefined|is not a function|Cannot read|Maximum call stack/,
    );
    expect(message.length + hint.length, message.slice(0, 80)).to.be.lessThan(4000);
    for (const at of [place, ...related.map((each) => each.place)]) {
      if (at === undefined) continue;
      expect(at.start).to.be.within(0, at.file.text.length);
      expect(at.end).to.be.within(at.start, at.file.text.length);
    }
  }
  const printed = `${printDiagnostics(report, { color: false, width: 100 })}${summarize(report)}`;
  expect(printed).to.not.match(/^\s+at .*[\\/].*:\d+:\d+/m);
  expect(printed).to.not.match(/[\u0000-\u0008\u000b-\u001f\u007f\u0080-\u009f\u202a-\u202e\u2066-\u2069]/);
  return resolution;
}

export function codes({ report }: Resolution): string[] {
  return report.sorted().flatMap(({ code, severity }) => (severity === 'error' ? [code] : []));
}
