// What is written as an address must be one, and lie in the range it is meant for: the patterns of the schemas let 10.0.0.300 pass.

import { liesIn, parseAddress, parseRange, type Address, type AddressRange } from '../../engine/model/address.ts';
import type { JsonValue } from '../../engine/model/json.ts';
import { text, when, type Found } from './reading.ts';

/** Undefined too where it is empty, known only later or no address. */
export function addressOf(value: JsonValue | undefined): Address | undefined {
  const written = text(value);
  return written === undefined ? undefined : parseAddress(written);
}

/** Undefined too where it is empty, known only later or no range. */
export function rangeOf(value: JsonValue | undefined): AddressRange | undefined {
  const written = text(value);
  return written === undefined ? undefined : parseRange(written);
}

/** Empty text means "none" in every schema. */
export function checkAddress(value: JsonValue | undefined, at: string): Found {
  const written = text(value);
  if (written === undefined || written === '') return [];
  return when(parseAddress(written) === undefined, at, () => `"${written}" is not an IP address`);
}

export function checkRange(value: JsonValue | undefined, at: string): Found {
  const written = text(value);
  if (written === undefined || written === '') return [];
  return when(parseRange(written) === undefined, at, () => `"${written}" is not an address range`);
}

/** An address that must be one of the range; an unreadable range is somebody else's mistake. */
export function checkInside(
  value: JsonValue | undefined,
  range: AddressRange | undefined,
  at: string,
  cidr: string,
): Found {
  const address = addressOf(value);
  if (address === undefined || range === undefined) return checkAddress(value, at);
  return when(!liesIn(address, range), at, () => `${text(value)} is not in the range ${cidr}`);
}
