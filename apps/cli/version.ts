// The version, from the one place that has it. The build puts the number itself here.

import packageJson from '../../package.json' with { type: 'json' };

export const { version } = packageJson;
