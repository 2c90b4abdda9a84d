// A client of the real yaml-language-server, as an editor would be one: a child process, JSON-RPC over stdio, and the three
// questions an author's editor asks. Framing is by hand because it is twenty lines.

import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const SERVER = path.resolve('node_modules/yaml-language-server/bin/yaml-language-server');

export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface EditorDiagnostic {
  readonly message: string;
  readonly severity: number;
  readonly range: { readonly start: Position; readonly end: Position };
}

export interface Completion {
  readonly label: string;
  readonly insertText?: string;
  readonly documentation?: string | { readonly value: string };
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

export class LanguageClient {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #published = new Map<string, (diagnostics: readonly EditorDiagnostic[]) => void>();
  readonly #settings: unknown;
  #buffer = Buffer.alloc(0);
  #next = 1;
  #documents = 0;

  private constructor(settings: unknown) {
    this.#settings = settings;
    this.#child = spawn(process.execPath, [SERVER, '--stdio'], { stdio: 'pipe' });
    this.#child.stdout.on('data', (chunk: Buffer) => this.#read(chunk));
    this.#child.stderr.resume();
    // The server may be gone before the last word reaches it.
    this.#child.stdin.on('error', () => undefined);
  }

  /** `schemas`: schema path → globs, the way editors set it; empty when a modeline names the schema. */
  static async start(schemas: Readonly<Record<string, string>>): Promise<LanguageClient> {
    const urls = Object.fromEntries(
      Object.entries(schemas).map(([file, glob]) => [pathToFileURL(path.resolve(file)).href, glob]),
    );
    const client = new LanguageClient({
      yaml: {
        schemas: urls,
        validate: true,
        completion: true,
        hover: true,
        schemaStore: { enable: false },
        customTags: [],
      },
      http: {},
    });
    await client.#ask('initialize', {
      processId: process.pid,
      rootUri: pathToFileURL(process.cwd()).href,
      capabilities: {
        workspace: { configuration: true },
        textDocument: { completion: { completionItem: { snippetSupport: true, documentationFormat: ['markdown'] } } },
      },
    });
    client.#tell('initialized', {});
    client.#tell('workspace/didChangeConfiguration', { settings: client.#settings });
    return client;
  }

  /** Opens a text and waits for what the server thinks of it. `at` puts it at a path, for relative modelines. */
  async open(
    text: string,
    at?: string,
  ): Promise<{ readonly uri: string; readonly diagnostics: readonly EditorDiagnostic[] }> {
    this.#documents += 1;
    const uri = pathToFileURL(path.resolve(at ?? `language-client-${this.#documents}.ays.yaml`)).href;
    const published = new Promise<readonly EditorDiagnostic[]>((resolve) => this.#published.set(uri, resolve));
    this.#tell('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version: 1, text } });
    return { uri, diagnostics: await published };
  }

  async complete(uri: string, position: Position): Promise<readonly Completion[]> {
    const result = (await this.#ask('textDocument/completion', { textDocument: { uri }, position })) as {
      items?: Completion[];
    } | null;
    return result?.items ?? [];
  }

  async hover(uri: string, position: Position): Promise<string> {
    const result = (await this.#ask('textDocument/hover', { textDocument: { uri }, position })) as {
      contents?: { value?: string };
    } | null;
    return result?.contents?.value ?? '';
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill();
    await closed;
  }

  #ask(method: string, params: unknown): Promise<unknown> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, ({ result, error }) =>
        error === undefined ? resolve(result) : reject(new Error(`${method}: ${error.message}`)),
      );
      this.#send({ id, method, params });
    });
  }

  #tell(method: string, params: unknown): void {
    this.#send({ method, params });
  }

  #send(message: Message): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #read(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      const head = this.#buffer.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#buffer.toString('latin1', 0, head))?.[1]);
      const start = head + 4;
      if (this.#buffer.length < start + length) return;
      const message = JSON.parse(this.#buffer.toString('utf8', start, start + length)) as Message;
      this.#buffer = this.#buffer.subarray(start + length);
      this.#receive(message);
    }
  }

  #receive(message: Message): void {
    if (message.method === undefined) {
      const answer = this.#answers.get(message.id ?? -1);
      this.#answers.delete(message.id ?? -1);
      answer?.(message);
    } else if (message.method === 'textDocument/publishDiagnostics') {
      const { uri, diagnostics } = message.params as { uri: string; diagnostics: EditorDiagnostic[] };
      this.#published.get(uri)?.(diagnostics);
    } else if (message.id !== undefined) {
      // The server asks for the settings by section; everything else it asks needs no answer but one.
      this.#send({
        id: message.id,
        result: message.method === 'workspace/configuration' ? this.#sections(message.params) : null,
      });
    }
  }

  #sections(params: unknown): unknown[] {
    const settings = this.#settings as Record<string, unknown>;
    return (params as { items: { section?: string }[] }).items.map(({ section }) => settings[section ?? ''] ?? {});
  }
}
