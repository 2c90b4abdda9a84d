import { expect } from 'chai';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {
  keyText,
  readKeyFile,
  readWrappingKey,
  settleKeys,
  stageKey,
  type KeyFiles,
} from '../../../engine/secrets/index.ts';
import { codeOf, seededBytes } from './grid-fixture.ts';

describe('the key file', () => {
  let folder: string;
  let file: string;
  const options = (seed = 'file', files: KeyFiles = fs) => ({ files, path: file, random: seededBytes(seed) });
  beforeEach(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'ays-key-'));
    file = path.join(folder, 'key');
  });
  afterEach(() => fs.rm(folder, { recursive: true }));

  it('is made once, readable by its owner only, with nothing left beside it', async () => {
    const first = await readKeyFile(options('one'), true);
    expect(first.made).to.equal(true);
    expect((await fs.stat(file)).mode & 0o777).to.equal(0o600);
    expect(await fs.readdir(folder)).to.deep.equal(['key']);
    const second = await readKeyFile(options('two'), true);
    expect(second.made).to.equal(false);
    expect(second.keys.map(({ id }) => id)).to.deep.equal(first.keys.map(({ id }) => id));
  });

  it('is the same for all who make it at once', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, (_, i) => readKeyFile(options(`r${i}`), true)));
    expect(new Set(all.map(({ keys }) => keys[0]?.id))).to.have.length(1);
    expect(all.filter(({ made }) => made)).to.have.length(1);
    expect(await fs.readdir(folder)).to.deep.equal(['key']);
  });

  it('is not made unless it may be', async () => {
    expect(await readKeyFile(options(), false)).to.deep.equal({ keys: [], made: false });
    expect(await fs.readdir(folder)).to.deep.equal([]);
  });

  it('is on disk whole before it has its name', async () => {
    const order: string[] = [];
    const open: KeyFiles['open'] = async (...args) => {
      const handle = await fs.open(...args);
      const sync = handle.sync.bind(handle);
      handle.sync = () => {
        order.push(args[0] === folder ? 'sync folder' : 'sync file');
        return sync();
      };
      return handle;
    };
    const link: KeyFiles['link'] = (from, to) => {
      order.push('name');
      return fs.link(from, to);
    };
    await readKeyFile(options('order', { ...fs, open, link }), true);
    expect(order).to.deep.equal(['sync file', 'name', 'sync folder']);
  });

  it('is refused when others may read it, when it holds no key, and when it cannot be made', async () => {
    await readKeyFile(options(), true);
    await fs.chmod(file, 0o640);
    expect(await codeOf(readKeyFile(options(), true))).to.equal('SECRETS_LOCKED');
    for (const text of ['', 'ays-key-1 short', 'a passphrase of mine', keyText(seededBytes('x')).slice(0, 30)]) {
      await fs.rm(file);
      await fs.writeFile(file, text, { mode: 0o600 });
      expect(await codeOf(readKeyFile(options(), true)), text).to.equal('SECRETS_LOCKED');
    }
    await fs.rm(file);
    await fs.mkdir(file, { mode: 0o700 });
    expect(await codeOf(readKeyFile(options(), true))).to.equal('SECRETS_LOCKED');
    const missing = { ...options(), path: path.join(folder, 'nowhere', 'key') };
    expect(await codeOf(readKeyFile(missing, true))).to.equal('SECRETS_LOCKED');
  });

  it('is replaced only when the staged key is the one in force', async () => {
    const { keys } = await readKeyFile(options('one'), true);
    const staged = await stageKey(options('two'));
    expect((await stageKey(options('three'))).id, 'staged again').to.equal(staged.id);
    const both = await readKeyFile(options(), true);
    expect(both.keys.map(({ id }) => id)).to.deep.equal([keys[0]?.id, staged.id]);
    await settleKeys(options(), 'neither');
    expect((await fs.readdir(folder)).sort()).to.deep.equal(['key', 'key.next']);
    await settleKeys(options(), staged.id);
    expect(await fs.readdir(folder)).to.deep.equal(['key']);
    expect((await readKeyFile(options(), true)).keys.map(({ id }) => id)).to.deep.equal([staged.id]);
  });

  it('stays when the change was never made', async () => {
    const { keys } = await readKeyFile(options('one'), true);
    await stageKey(options('two'));
    await settleKeys(options(), keys[0]!.id);
    expect(await fs.readdir(folder)).to.deep.equal(['key']);
    expect((await readKeyFile(options(), true)).keys.map(({ id }) => id)).to.deep.equal([keys[0]!.id]);
  });
});

describe('the key from the environment', () => {
  const bytes = Buffer.from(seededBytes('env')(32));

  it('may be hexadecimal, base64 or the text of a key file, and is the same key', () => {
    const forms = [
      bytes.toString('hex'),
      bytes.toString('base64'),
      bytes.toString('base64url'),
      `ays-key-1 ${bytes.toString('base64url')}\n`,
      ` ${bytes.toString('base64')}\n`,
    ];
    expect(new Set(forms.map((form) => readWrappingKey(form, 'AYS_KEY').id))).to.have.length(1);
  });

  it('is refused when it is anything else, without being shown', () => {
    for (const text of ['', 'hunter2-hunter2', 'a'.repeat(42), 'a'.repeat(63)]) {
      const refuse = (): unknown => readWrappingKey(text, 'AYS_KEY');
      expect(refuse, text).to.throw(/AYS_KEY holds/);
      if (text !== '') expect(refuse, text).not.to.throw(text);
    }
  });
});
