// The program `ays`: gives the real streams to the command line. A closed pipe (`ays graph x | head`) ends the writing and
// nothing else. There is no handler for SIGINT here: these verbs compute without a pause, so only the
// system's own answer ends them at once, and quietly.

import { runCli } from './cli.ts';
import type { Io, Sink } from './io.ts';
import { sayUnwritable } from './reader.ts';
import { EXIT } from './verb.ts';

let isLost = false;
const code = await runCli(process.argv.slice(2), realIo());
process.exitCode = isLost ? EXIT.invalid : code;

function realIo(): Io {
  return {
    stdout: sink(process.stdout),
    stderr: sink(process.stderr),
    stdin: readStdin,
    stdinIsTerminal: process.stdin.isTTY,
    env: process.env,
    cwd: process.cwd(),
  };
}

function sink(stream: NodeJS.WriteStream): Sink {
  let open = true;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    open = false;
    if (error.code === 'EPIPE') return;
    isLost = true;
    process.exitCode = EXIT.invalid;
    if (stream === process.stdout)
      process.stderr.write(
        `error FILE_UNWRITABLE ${sayUnwritable('standard output', error.code ?? '', error.message)}\n`,
      );
  });
  return {
    write: (text) => {
      if (open) stream.write(text);
    },
    isTerminal: stream.isTTY,
    columns: stream.isTTY ? stream.columns : undefined,
  };
}

async function readStdin(limit: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) break;
  }
  return Buffer.concat(chunks).subarray(0, limit + 1);
}
