// What a gateway cannot be asked to do, found before anything is changed, so that a gateway is never left between two
// settings. The rules are those that the blueprint is held to; they come here again after changes by hand.

import { gatewayProblems } from '../../schemas/gateway-rules.ts';
import type { GatewayConfig } from './port.ts';

/** The first contradiction, as a sentence; `undefined` when there is none. */
export function contradictionOf(config: GatewayConfig): string | undefined {
  return gatewayProblems(config)[0]?.message;
}
