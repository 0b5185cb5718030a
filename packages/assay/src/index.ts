export * from "./errors/assay-error.ts";
export * from "./errors/catalogue.ts";
export type * from "./events/types.ts";
export type { Node } from "./node/node.ts";
export { sh } from "./node/shell/command.ts";
export type * from "./node/shell/types.ts";
export type * from "./platforms/platform.ts";
export type * from "./runbook/types.ts";
