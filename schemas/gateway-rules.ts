// What a gateway cannot be asked to do: settings that each are right by the schema and together are not. It stands beside the
// schema because two keep it: the actor says it at the door with a pointer, and a driver refuses it before anything is
// changed, so that a gateway is never left between two settings. Whatever is not of the expected type is passed over.

interface Problem {
  /** JSON pointer into the settings. */
  readonly at: string;
  readonly message: string;
}

type Fields = Readonly<Record<string, unknown>>;

export function gatewayProblems(settings: Fields): readonly Problem[] {
  return [...routes(settings), ...forwards(settings), ...networks(settings), ...webPorts(settings)];
}

function routes(settings: Fields): Problem[] {
  const claims = maps(settings['routes']).map(({ host, path }, i) => ({
    at: `/routes/${i}/host`,
    claim: typeof host === 'string' && typeof path === 'string' ? `${host.toLowerCase()}${path}` : undefined,
  }));
  return repeated(claims, (route) => `two routes for ${route}`);
}

function forwards(settings: Fields): Problem[] {
  const claims = maps(settings['portforwards']).flatMap(({ port, protocols, from }, i) =>
    texts(protocols).map((protocol) => ({
      at: `/portforwards/${i}/port`,
      claim:
        typeof port === 'number' && typeof from === 'string'
          ? `port ${port}/${protocol}${from === '' ? '' : ` from ${from}`}`
          : undefined,
    })),
  );
  return repeated(claims, (forward) => `two port forwards of ${forward}`);
}

function networks(settings: Fields): Problem[] {
  const all = maps(settings['networks']);
  const joined = all.map(({ network }, i) => ({
    at: `/networks/${i}/network`,
    claim: typeof network === 'string' ? network : undefined,
  }));
  const outside = all.flatMap((each, i) =>
    each['public'] === true && each['dhcp'] !== undefined && each['dhcp'] !== null
      ? [
          {
            at: `/networks/${i}/public`,
            message: `DHCP in ${String(each['network'])}, which is public: it would answer strangers`,
          },
        ]
      : [],
  );
  return [...repeated(joined, (network) => `the network ${network} is joined twice`), ...outside];
}

function webPorts(settings: Fields): Problem[] {
  const { http, https } = settings;
  const same =
    typeof http === 'number' && http === https
      ? [{ at: http === 443 ? '/http' : '/https', message: `http and https on the same port ${http}` }]
      : [];
  if (maps(settings['routes']).length === 0) return same;
  const own = maps(settings['portforwards']).flatMap(({ port, protocols }, i) =>
    typeof port === 'number' && texts(protocols).includes('tcp') && (port === http || port === https)
      ? [{ at: `/portforwards/${i}/port`, message: `a port forward of ${port}, which the web routes listen on` }]
      : [],
  );
  return [...same, ...own];
}

function repeated(
  claims: readonly { readonly at: string; readonly claim: string | undefined }[],
  say: (claim: string) => string,
): Problem[] {
  const seen = new Set<string>();
  return claims.flatMap(({ at, claim }) =>
    claim === undefined || seen.size !== seen.add(claim).size ? [] : [{ at, message: say(claim) }],
  );
}

function maps(value: unknown): readonly Fields[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.map((each) => (typeof each === 'object' && each !== null ? (each as Fields) : {}));
}

function texts(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.filter((each) => typeof each === 'string');
}
