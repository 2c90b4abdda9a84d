// The blueprint that `ays init` writes: small, true, and plain about what each part does. A test validates, plans and
// formats it.

export function starterBlueprint(name: string): string {
  return `# A blueprint says what should be there. ays makes it so, and keeps it so.
#
#   ays validate blueprint.yaml      check it
#   ays plan blueprint.yaml          see every step that would be taken, and why
#   ays explain container            what can stand in a container block
ays: 1
blueprint: ${name}

# What differs between one installation and another. Try: ays plan blueprint.yaml --set stage=prod
params:
  stage: { type: string, enum: [dev, prod], default: dev, description: how seriously to take it }

# Made once, at the first apply; never shown.
secrets:
  db-password: { generate: 32 }

# A pool of disks. Two files here, as copies of each other; on a real machine write device: /dev/sdb.
storagepool__main:
  profile: raid1
  devices: [{ file: a.img, size: 4GiB }, { file: b.img, size: 4GiB }]

# A disk in the pool. It holds data, so it is kept for a while when its block is gone.
vdisk__rows:
  storagepool: main
  size: 2GiB
  protect: '{{eq params.stage "prod"}}'

# A block is kind__name. The database starts when its disk is ready.
container__db:
  image: oci:docker.io/library/postgres:16
  mounts: [{ vdisk: rows, at: /var/lib/postgresql/data }]
  env: { POSTGRES_PASSWORD: '{{secret "db-password"}}' }
  probe: { tcp: 5432, every: 1s }

# One of these while developing, three in production. They wait for the database, and find its address by status.
container__web:
  image: oci:docker.io/library/nginx:1.27
  replicas: '{{pick (eq params.stage "prod") 3 1}}'
  env: { DB_HOST: '{{status "container/db" "address"}}' }
  after: [container/db]
  probe: { http: /, port: 80, every: 1s }
`;
}
