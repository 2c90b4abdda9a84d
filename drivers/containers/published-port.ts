// The short form of a published port, `[address:][node port:]port[/udp]`, taken apart. The text stays in the spec and in
// what a driver reports, so that drift compares what people wrote.

export interface PublishedPort {
  /** Address of the node it is opened on; absent: every one. */
  readonly address?: string;
  /** Port of the node; absent: one that the node chooses. */
  readonly nodePort?: number;
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
}

/** `undefined` when it is not of that form. */
export function parsePublishedPort(text: string): PublishedPort | undefined {
  const match = /^(?:(?:(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9A-Fa-f:.]+\]):)?(\d{1,5}):)?(\d{1,5})(?:\/(tcp|udp))?$/.exec(
    text,
  );
  if (match === null) return undefined;
  const [, address, nodeText, portText = '', protocol] = match;
  const port = Number(portText);
  const nodePort = nodeText === undefined ? undefined : Number(nodeText);
  if (!isPort(port) || (nodePort !== undefined && !isPort(nodePort))) return undefined;
  return {
    ...(address !== undefined && { address: address.replace(/^\[|\]$/g, '') }),
    ...(nodePort !== undefined && { nodePort }),
    port,
    protocol: protocol === 'udp' ? 'udp' : 'tcp',
  };
}

/** Whether two containers of one node cannot have both. */
export function portsClash(a: PublishedPort, b: PublishedPort): boolean {
  if (a.nodePort === undefined || a.nodePort !== b.nodePort || a.protocol !== b.protocol) return false;
  return everywhere(a.address) || everywhere(b.address) || a.address === b.address;
}

function everywhere(address: string | undefined): boolean {
  return address === undefined || address === '0.0.0.0' || address === '::';
}

function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535;
}
