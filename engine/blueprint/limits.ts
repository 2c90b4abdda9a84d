// The bounds of a blueprint (rule 25). Each is far above honest use and far below what would hurt the machine;
// the error names the bound.

export const LIMITS = {
  fileBytes: 8 * 1024 * 1024,
  files: 10_000,
  depth: 64,
  nodes: 5_000_000,
  services: 200_000,
  eachValues: 10_000,
  replicas: 1_000,
  contentBytes: 1024 * 1024,
  folderBytes: 32 * 1024 * 1024,
  folderFiles: 10_000,
  pathLength: 4096,
  packages: 2_000,
  packageDepth: 8,
} as const;
