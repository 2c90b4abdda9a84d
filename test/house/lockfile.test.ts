import { expect } from 'chai';
import fs from 'node:fs';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly overrides: Readonly<Record<string, string>>;
  readonly engines: Readonly<Record<string, string>>;
}
interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      Partial<Manifest> & { readonly version?: string; readonly resolved?: string; readonly integrity?: string }
    >
  >;
}

describe('package.json and package-lock.json', () => {
  const manifest = JSON.parse(fs.readFileSync('package.json', 'utf8')) as Manifest;
  const lock = JSON.parse(fs.readFileSync('package-lock.json', 'utf8')) as Lock;
  const installed = Object.entries(lock.packages).filter(([name]) => name !== '');

  it('name no registry, so that any mirror serves', () => {
    expect(installed).not.to.be.empty;
    expect(installed.filter(([, entry]) => entry.resolved !== undefined).map(([name]) => name)).to.deep.equal([]);
  });

  it('agree with each other', () => {
    const root = lock.packages[''];
    expect(root?.dependencies).to.deep.equal(manifest.dependencies);
    expect(root?.devDependencies).to.deep.equal(manifest.devDependencies);
  });

  it('pin what runs in production to exact versions, bullmq first of all', () => {
    for (const [name, version] of Object.entries(manifest.dependencies))
      expect(version, name).to.match(/^\d+\.\d+\.\d+$/);
    expect(manifest.dependencies).to.have.property('bullmq');
  });

  it('hold the override that makes npm ci work with bullmq', () => {
    const version = manifest.overrides['msgpackr-extract'];
    expect(version).to.match(/^\d+\.\d+\.\d+$/);
    expect(lock.packages['node_modules/msgpackr-extract']?.version).to.equal(version);
  });

  it('hold every package with its checksum', () => {
    const bare = installed.filter(([name, entry]) => name.startsWith('node_modules/') && entry.integrity === undefined);
    expect(bare.map(([name]) => name)).to.deep.equal([]);
  });
});
